// An area drawn on a map, as the server's `area` filter reads it: an encoded polyline with six decimals, latitude first.
import { circular } from 'ol/geom/Polygon'
import type { LonLat } from './map'

const PRECISION = 1e6
export const MOST_CORNERS = 200

function written(value: number): string {
  let rest = value < 0 ? ~(value * 2) : value * 2
  let text = ''
  while (rest >= 0x20) {
    text += String.fromCharCode((0x20 | (rest & 0x1f)) + 63)
    rest >>= 5
  }
  return text + String.fromCharCode(rest + 63)
}

/** The text of a ring; the last corner may repeat the first. */
export function writeArea(ring: LonLat[]): string {
  const open = ring.length > 1 && same(ring[0]!, ring.at(-1)!) ? ring.slice(0, -1) : ring
  let [north, east, text] = [0, 0, '']
  for (const [lon, lat] of thinned(open)) {
    const place = [Math.round(lat * PRECISION), Math.round(lon * PRECISION)] as const
    text += written(place[0] - north) + written(place[1] - east)
    ;[north, east] = place
  }
  return text
}

/** The open ring that a text writes; null where it is none. */
export function readArea(text: string): LonLat[] | null {
  const ring: LonLat[] = []
  let [at, north, east] = [0, 0, 0]
  const next = (): number | null => {
    let [value, shift] = [0, 0]
    for (;;) {
      const bits = text.charCodeAt(at++) - 63
      if (!(bits >= 0 && bits < 64) || shift > 30) return null
      value |= (bits & 0x1f) << shift
      shift += 5
      if (bits < 0x20) return value & 1 ? ~(value >> 1) : value >> 1
    }
  }
  while (at < text.length) {
    const [up, right] = [next(), next()]
    if (up === null || right === null) return null
    north += up
    east += right
    ring.push([east / PRECISION, north / PRECISION])
  }
  return ring.length >= 3 && ring.length <= MOST_CORNERS ? ring : null
}

/** A circle as a ring; `radius` in metres on the ground. */
export const circleRing = (centre: LonLat, radius: number): LonLat[] =>
  circular(centre, radius, 48)
    .getCoordinates()[0]!
    .map(([lon, lat]) => [lon!, lat!])

/** Square metres, on the sphere's plane about the ring: good to a percent at a district's size. */
export function areaOf(ring: LonLat[]): number {
  const metres = 111_195
  const shrink = Math.cos((ring[0]![1] * Math.PI) / 180)
  const [lon0, lat0] = ring[0]!
  const flat = ring.map(([lon, lat]) => [(lon - lon0) * metres * shrink, (lat - lat0) * metres] as const)
  const sum = flat.reduce((total, [x, y], index) => {
    const [nextX, nextY] = flat[(index + 1) % flat.length]!
    return total + x * nextY - nextX * y
  }, 0)
  return Math.abs(sum) / 2
}

const same = (one: LonLat, other: LonLat): boolean => one[0] === other[0] && one[1] === other[1]

/** Every n-th corner where somebody drew more than the server takes. */
function thinned(ring: LonLat[]): LonLat[] {
  if (ring.length <= MOST_CORNERS) return ring
  const step = ring.length / MOST_CORNERS
  return Array.from({ length: MOST_CORNERS }, (_one, index) => ring[Math.floor(index * step)]!)
}
