// Whether something lies within an area that was drawn, on the plane of degrees: exact enough at a district's size.
import type { Bounds, LonLat } from './map'

/** True for a point within `ring` (open or closed) by the even-odd rule. */
export function isInside(ring: LonLat[], [lon, lat]: LonLat): boolean {
  let inside = false
  ring.forEach(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length]!
    if (y > lat !== nextY > lat && lon < ((nextX - x) * (lat - y)) / (nextY - y) + x) inside = !inside
  })
  return inside
}

/** The box around `ring`. */
export function boundsOf(ring: LonLat[]): Bounds {
  const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)]
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

/** The centre of gravity of a polygon's largest outer ring: where a grid stands when it is looked for as a point. */
export function centreOf(polygons: number[][][][]): LonLat {
  const [largest] = polygons
    .map((polygon) => weighed((polygon[0] ?? []) as LonLat[]))
    .sort((one, other) => other.area - one.area)
  return largest?.centre ?? [NaN, NaN]
}

function weighed(ring: LonLat[]): { area: number; centre: LonLat } {
  const [originX, originY] = ring[0] ?? [NaN, NaN]
  let [double, x, y] = [0, 0, 0]
  ring.forEach((corner, index) => {
    const next = ring[(index + 1) % ring.length]!
    const [ax, ay, bx, by] = [corner[0] - originX, corner[1] - originY, next[0] - originX, next[1] - originY]
    const cross = ax * by - bx * ay
    double += cross
    x += (ax + bx) * cross
    y += (ay + by) * cross
  })
  if (!double) return { area: 0, centre: [originX, originY] }
  return { area: Math.abs(double) / 2, centre: [originX + x / (3 * double), originY + y / (3 * double)] }
}
