// The base map of a district as its settings say: none, XYZ, WMTS of 天地图, or one PMTiles file. A host that does not answer is
// told of once and asked again from time to time; the map is usable without it. Not here: what stands upon it (ground.ts).
import TileLayer from 'ol/layer/Tile'
import type BaseLayer from 'ol/layer/Base'
import type TileSource from 'ol/source/Tile'
import XYZ from 'ol/source/XYZ'
import TileGrid from 'ol/tilegrid/TileGrid'
import { addEquivalentProjections, addProjection, get } from 'ol/proj'
import Projection from 'ol/proj/Projection'
import type { Schema } from '@/api'
import type { Look } from './palette'

export type BaseMap = Schema<'BaseMap'>
export const NO_BASE_MAP: BaseMap = {
  kind: 'none',
  layers: [],
  key: '',
  subdomains: '',
  attribution: '',
  datum: 'cgcs2000',
  matrix_set: 'w',
  min_zoom: 0,
  max_zoom: 18,
}

export type Trouble = { onTrouble: () => void; onAnswer: () => void }
const ASK_AGAIN_MS = 60_000
const ENOUGH_FAILURES = 4
const TILE = 256

/** The layers of a base map, lowest first. `look`: a dark map dims what was drawn for paper. */
export async function baseLayers(base: BaseMap, look: Look, trouble: Trouble): Promise<BaseLayer[]> {
  if (base.kind === 'none') return []
  if (base.kind === 'pmtiles') {
    const { packedLayers } = await import('./packedMap')
    return packedLayers(addresses(base.layers[0] ?? '', base)[0]!, base.attribution, look, trouble)
  }
  return base.layers.map((template, index) => {
    const source = pictures(template, base)
    watchSource(source, trouble)
    const className = look === 'dark' ? 'ol-layer base dimmed' : 'ol-layer base'
    return new TileLayer({ source, zIndex: -10 + index, className, preload: 1 })
  })
}

/** A template for each subdomain, with the key in it. */
export function addresses(template: string, { key, subdomains }: Pick<BaseMap, 'key' | 'subdomains'>): string[] {
  const keyed = template.replaceAll('{key}', encodeURIComponent(key))
  return keyed.includes('{s}') ? [...subdomains].map((one) => keyed.replaceAll('{s}', one)) : [keyed]
}

function pictures(template: string, base: BaseMap): XYZ {
  const common = {
    urls: addresses(template, base),
    attributions: base.attribution || undefined,
    // so that a sheet can be printed with it
    crossOrigin: 'anonymous',
    transition: 150,
  } as const
  if (base.matrix_set !== 'c') return new XYZ({ ...common, minZoom: base.min_zoom, maxZoom: base.max_zoom })
  const resolutions = Array.from({ length: base.max_zoom + 1 }, (_one, z) => 360 / TILE / 2 ** z)
  const tileGrid = new TileGrid({ origin: [-180, 90], resolutions, tileSize: TILE, minZoom: base.min_zoom })
  return new XYZ({ ...common, projection: cgcs2000(), tileGrid })
}

/** EPSG:4490 has degrees and the world of EPSG:4326; the two differ by less than a metre. */
function cgcs2000(): Projection {
  const known = get('EPSG:4490')
  if (known) return known
  const made = new Projection({ code: 'EPSG:4490', units: 'degrees', extent: [-180, -90, 180, 90], global: true })
  addProjection(made)
  addEquivalentProjections([get('EPSG:4326')!, made])
  return made
}

/** Tells once that a host does not answer, asks it again every minute, and tells when it does. */
export function watchSource(source: TileSource, { onTrouble, onAnswer }: Trouble): void {
  let [failures, isOut] = [0, false]
  source.on('tileloadend' as never, () => {
    failures = 0
    if (isOut) onAnswer()
    isOut = false
  })
  source.on('tileloaderror' as never, () => {
    if (++failures < ENOUGH_FAILURES || isOut) return
    isOut = true
    onTrouble()
    const again = (): void => {
      if (!isOut) return
      failures = 0
      source.refresh()
      setTimeout(again, ASK_AGAIN_MS)
    }
    setTimeout(again, ASK_AGAIN_MS)
  })
}
