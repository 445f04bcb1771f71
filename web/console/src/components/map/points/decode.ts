// Reading a tile of points (Mapbox Vector Tile) into MapPoints. Not here: fetching it (tiles.ts).
import MVT from 'ol/format/MVT'
import type RenderFeature from 'ol/render/Feature'
import { isShifted, SCREEN, toScreen } from '../datum'
import { toLonLat } from 'ol/proj'
import {
  CATEGORIES,
  SEVERITIES,
  tileExtent,
  type Kind,
  type MapPoint,
  type SeverityRank,
  type TileAddress,
} from './types'

const format = new MVT()

export function decode(kind: Kind, address: TileAddress, body: ArrayBuffer): MapPoint[] {
  const extent = tileExtent(address)
  const features = format.readFeatures(body, { extent, featureProjection: SCREEN }) as RenderFeature[]
  return features.map((feature) => pointOf(kind, feature))
}

function pointOf(kind: Kind, feature: RenderFeature): MapPoint {
  const told = feature.getProperties() as Record<string, string | number | boolean | undefined>
  const [x, y] = placed(feature.getFlatCoordinates())
  const count = Number(told.count ?? 1)
  const category = String(told.category ?? '')
  const shares = CATEGORIES.map((one) => Number(told[one] ?? (count === 1 && one === category ? 1 : 0)))
  return {
    kind,
    x,
    y,
    count,
    id: told.id ? String(told.id) : null,
    report: told.report_id ? String(told.report_id) : null,
    category,
    shares: shares as [number, number, number],
    severity: Math.max(SEVERITIES.indexOf((told.severity ?? 'none') as (typeof SEVERITIES)[number]), 0) as SeverityRank,
    emergencies: Number(told.emergencies ?? (told.emergency ? 1 : 0)),
    status: String(told.status ?? ''),
    name: String(told.name ?? told.code ?? ''),
    at: told.captured_at === undefined ? null : Number(told.captured_at),
  }
}

function placed([x, y]: number[]): [number, number] {
  if (!isShifted()) return [x!, y!]
  const [east, north] = toScreen(toLonLat([x!, y!]))
  return [east!, north!]
}
