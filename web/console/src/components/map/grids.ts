// The grids of today as shapes, asked for once and kept: what every map of the console is drawn upon.
import { useQuery, type QueryClient } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'
import { may } from '@/app/session'
import type { Bounds } from './map'

/** A grid with its name, street and shape. */
export type GridShape = {
  code: string
  name: string
  street: string
  streetName: string
  area: number
  geometry: Polygons
}
type Polygons = { type: 'MultiPolygon' | 'Polygon'; coordinates: number[][][] | number[][][][] }

const KEY = ['grids', 'shapes'] as const
const HOUR = 3_600_000
const PAGE = 1000

type Feature = { properties: Record<string, unknown>; geometry: unknown }

const shapeOf = ({ properties, geometry }: Feature): GridShape => ({
  code: String(properties.code),
  name: String(properties.name),
  street: String(properties.street_code),
  streetName: String(properties.street_name ?? ''),
  area: Number(properties.area_m2 ?? 0),
  geometry: geometry as Polygons,
})

async function fetchAll(): Promise<GridShape[]> {
  const found: GridShape[] = []
  let cursor: string | undefined
  do {
    const page: unknown = await unwrap(client.GET('/api/v1/grids', { params: { query: { limit: PAGE, cursor } } }))
    const { features, next_cursor } = page as unknown as { features: Feature[]; next_cursor: string | null }
    found.push(...features.map(shapeOf))
    cursor = next_cursor ?? undefined
  } while (cursor)
  return found
}

const options = { queryKey: KEY, queryFn: fetchAll, staleTime: HOUR, gcTime: HOUR }

/** `data`: all grids one may see, undefined while they are on their way. */
export function useGridShapes() {
  return useQuery({ ...options, enabled: () => may('grid.read') })
}

/** The same outside of components: for sheets that are drawn off screen. */
export const gridShapes = (queries: QueryClient): Promise<GridShape[]> => queries.fetchQuery(options)

/** The grid's name without that of its street in front. */
export function shortName(shape: GridShape): string {
  const short =
    shape.streetName && shape.name.startsWith(shape.streetName) ? shape.name.slice(shape.streetName.length) : ''
  return short || shape.name
}

/** All rings of a grid. */
export function ringsOf(shape: GridShape): number[][][] {
  const { type, coordinates } = shape.geometry
  return type === 'Polygon' ? (coordinates as number[][][]) : (coordinates as number[][][][]).flat()
}

/** West, south, east, north of all of them; null of none. */
export function boundsOf(shapes: GridShape[]): Bounds | null {
  const bounds: Bounds = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [lon, lat] of shapes.flatMap((shape) => ringsOf(shape).flat()) as [number, number][]) {
    bounds[0] = Math.min(bounds[0], lon)
    bounds[1] = Math.min(bounds[1], lat)
    bounds[2] = Math.max(bounds[2], lon)
    bounds[3] = Math.max(bounds[3], lat)
  }
  return bounds[0] < bounds[2] ? bounds : null
}
