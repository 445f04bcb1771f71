// What a tile of points holds, as the map draws and counts it.
import type { Kind } from '../palette'

export type { Kind }
export const CATEGORIES = ['illegal_practice', 'unlicensed_business', 'water_vending'] as const
/** From none to the gravest. */
export const SEVERITIES = ['none', 'low', 'medium', 'high', 'emergency'] as const
export type SeverityRank = 0 | 1 | 2 | 3 | 4

/** One thing, or the things of one cell of a tile taken together (`count` > 1, then without id). */
export type MapPoint = {
  kind: Kind
  x: number
  y: number
  count: number
  id: string | null
  /** Of a case: the report it speaks of. */
  report: string | null
  category: string
  /** How many of each of CATEGORIES. */
  shares: [number, number, number]
  severity: SeverityRank
  emergencies: number
  status: string
  name: string
  /** Seconds since 1970 when it was captured; null where time does not apply or is not known of a cell. */
  at: number | null
}

export type TileAddress = { z: number; x: number; y: number }
export const addressName = ({ z, x, y }: TileAddress): string => `${z}/${x}/${y}`

const HALF = 20037508.342789244
/** Left, bottom, right, top of a tile on the map's plane. */
export function tileExtent({ z, x, y }: TileAddress): [number, number, number, number] {
  const side = (2 * HALF) / 2 ** z
  return [x * side - HALF, HALF - (y + 1) * side, (x + 1) * side - HALF, HALF - y * side]
}

/** The tiles of level `z` that touch an extent. */
export function tilesOver(extent: number[], z: number): TileAddress[] {
  const side = (2 * HALF) / 2 ** z
  const last = 2 ** z - 1
  const column = (x: number): number => Math.min(Math.max(Math.floor((x + HALF) / side), 0), last)
  const row = (y: number): number => Math.min(Math.max(Math.floor((HALF - y) / side), 0), last)
  const found: TileAddress[] = []
  for (let y = row(extent[3]!); y <= row(extent[1]!); y++)
    for (let x = column(extent[0]!); x <= column(extent[2]!); x++) found.push({ z, x, y })
  return found
}
