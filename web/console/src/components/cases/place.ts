// The place of a case as GeoJSON for a small map.
import type { Desk } from './desk'
import type { Bounds } from '@/components/map/map'

type Feature = { type: 'Feature'; id?: string; geometry: unknown; properties: Record<string, unknown> }
type Collection = { type: 'FeatureCollection'; features: Feature[] }
type Place = NonNullable<Desk['position']>

const METRES_PER_DEGREE = 111_320
const SIDES = 48
/** A map shows at least so much around a point. */
const LEAST_METRES = 120
/** A doubtful fix must not shrink the map to a whole city. */
const MOST_METRES = 1500

export const pointFeature = (lon: number, lat: number, id?: string): Feature => ({
  type: 'Feature',
  ...(id ? { id } : {}),
  geometry: { type: 'Point', coordinates: [lon, lat] },
  properties: {},
})

/** Degrees of longitude and latitude that `metres` make at `lat`. */
export function spanAt(lat: number, metres: number): [number, number] {
  return [metres / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180)), metres / METRES_PER_DEGREE]
}

export function circleFeature(place: Place | null): Collection {
  if (!place?.accuracy_m) return { type: 'FeatureCollection', features: [] }
  const [dx, dy] = spanAt(place.lat, place.accuracy_m)
  const ring = Array.from({ length: SIDES + 1 }, (_, at) => {
    const angle = (2 * Math.PI * (at % SIDES)) / SIDES
    return [place.lon + dx * Math.cos(angle), place.lat + dy * Math.sin(angle)]
  })
  return {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: {} }],
  }
}

export function gridFeatures(candidates: Desk['candidates']): Collection {
  return {
    type: 'FeatureCollection',
    features: candidates
      .filter((one) => one.geometry)
      .map((one) => ({
        type: 'Feature',
        id: one.code,
        geometry: one.geometry,
        properties: {
          chosen: one.chosen,
          label: `${one.name ?? one.code} ${candidates.length > 1 ? `${Math.round(one.share * 100)}%` : ''}`.trim(),
        },
      })),
  }
}

/** What a map of the case shows: the circle with room around it; undefined where it has no position. */
export function boundsOf(desk: Pick<Desk, 'position'>): Bounds | undefined {
  const place = desk.position
  if (!place) return undefined
  const metres = Math.min(Math.max((place.accuracy_m ?? 0) * 2, LEAST_METRES), MOST_METRES)
  const [dx, dy] = spanAt(place.lat, metres)
  return [place.lon - dx, place.lat - dy, place.lon + dx, place.lat + dy]
}
