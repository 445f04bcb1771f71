// Where a true position is drawn. On a base map in GCJ-02 (most Chinese web maps) it is drawn shifted forward, for display alone:
// the view is then in that map's datum, and a click there is never taken back as a true position of anything.
// The formulas are those of the server's grids/datums.py. Not here: which base map there is (baseMap.ts).
import { addCoordinateTransforms, addProjection, fromLonLat, get, toLonLat } from 'ol/proj'
import Projection from 'ol/proj/Projection'

export type Datum = 'wgs84' | 'gcj02'

/** Degrees on the ground (CGCS2000, taken as equal to WGS-84), as all data of the console are. */
export const GROUND = 'GRIDPATROL:GROUND'
/** What maps are drawn in. */
export const SCREEN = 'EPSG:3857'

const A = 6378245
const EE = 0.00669342162296594323
const [WEST, EAST, SOUTH, NORTH] = [72.004, 137.8347, 0.8293, 55.8271]
const NEAR_ENOUGH = 1e-9 // degrees: a tenth of a millimetre
let shown: Datum = 'wgs84'

const waves = (value: number, periods: [number, number][]): number =>
  (periods.reduce((sum, [size, factor]) => sum + size * Math.sin(value * factor * Math.PI), 0) * 2) / 3

/** WGS-84 degrees to GCJ-02 degrees; unchanged outside the box of the published algorithm. */
export function toGcj02([lon, lat]: number[]): [number, number] {
  if (lon! < WEST || lon! > EAST || lat! < SOUTH || lat! > NORTH) return [lon!, lat!]
  const [x, y] = [lon! - 105, lat! - 35]
  const root = Math.sqrt(Math.abs(x))
  const common = waves(x, [[20, 6], [20, 2]]) // prettier-ignore
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common +
    waves(y, [[20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30]]) // prettier-ignore
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common +
    waves(x, [[20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30]]) // prettier-ignore
  const phi = (lat! * Math.PI) / 180
  const magic = 1 - EE * Math.sin(phi) ** 2
  const degrees = 180 / Math.PI
  return [
    lon! + ((east * Math.sqrt(magic)) / (A * Math.cos(phi))) * degrees,
    lat! + ((north * magic * Math.sqrt(magic)) / (A * (1 - EE))) * degrees,
  ]
}

/** Where on the ground something drawn at this GCJ-02 place would be, by iteration: for asking what lies in a drawn area alone. */
function nearGround(place: number[]): [number, number] {
  let guess: [number, number] = [place[0]!, place[1]!]
  for (let round = 0; round < 12; round++) {
    const [lon, lat] = toGcj02(guess)
    const [east, north] = [place[0]! - lon, place[1]! - lat]
    guess = [guess[0] + east, guess[1] + north]
    if (Math.abs(east) + Math.abs(north) < NEAR_ENOUGH) break
  }
  return guess
}

/** Of these degrees, the place on the screen's plane. */
export const toScreen = (place: number[]): number[] => fromLonLat(shown === 'gcj02' ? toGcj02(place) : place)
/** Of a place on the screen's plane, the degrees; on a shifted map good enough to ask by, not to keep. */
export const fromScreen = (point: number[]): [number, number] => {
  const place = toLonLat(point) as [number, number]
  return shown === 'gcj02' ? nearGround(place) : place
}

if (!get(GROUND)) {
  addProjection(new Projection({ code: GROUND, units: 'degrees', axisOrientation: 'neu', global: true }))
  addCoordinateTransforms(
    GROUND,
    SCREEN,
    (place: number[]) => toScreen(place),
    (point: number[]) => fromScreen(point),
  )
}

/** Says in which datum the base map is; asked before anything is drawn. */
export function showDatum(datum: Datum): void {
  shown = datum
}

export const isShifted = (): boolean => shown === 'gcj02'
