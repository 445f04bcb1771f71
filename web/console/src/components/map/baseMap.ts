// The base map of a district as its settings say: none, XYZ, WMTS of 天地图, or one PMTiles file. A host that does not answer is
// told of once and asked again from time to time; the map is usable without it. Not here: what stands upon it (ground.ts).
import TileLayer from 'ol/layer/Tile'
import type BaseLayer from 'ol/layer/Base'
import type TileSource from 'ol/source/Tile'
import WMTS from 'ol/source/WMTS'
import XYZ from 'ol/source/XYZ'
import WMTSTileGrid from 'ol/tilegrid/WMTS'
import { addProjection, addEquivalentProjections, get } from 'ol/proj'
import Projection from 'ol/proj/Projection'
import type { Datum } from './datum'
import type { Look } from './palette'

/** One base map, as a map needs it. `matrices`: 天地图's `w` is Web Mercator, its `c` is EPSG:4490. */
export type BaseMap = { attribution: string; datum: Datum } & (
  | { kind: 'none' }
  | { kind: 'xyz'; url: string; minZoom: number; maxZoom: number }
  | { kind: 'wmts'; url: string; layers: string[]; matrices: 'c' | 'w'; style: string; format: string; maxZoom: number }
  | { kind: 'pmtiles'; url: string }
)
export const NO_BASE_MAP: BaseMap = { kind: 'none', attribution: '', datum: 'wgs84' }

export type Trouble = { onTrouble: () => void; onAnswer: () => void }
const ASK_AGAIN_MS = 60_000
const ENOUGH_FAILURES = 4
const WORLD_W = 20037508.342789244

/** The layers of a base map, lowest first. `look`: a dark map dims what was drawn for paper. */
export async function baseLayers(base: BaseMap, look: Look, trouble: Trouble): Promise<BaseLayer[]> {
  if (base.kind === 'none') return []
  if (base.kind === 'pmtiles') {
    const { packedLayers } = await import('./packedMap')
    return packedLayers(base.url, base.attribution, look, trouble)
  }
  const sources = base.kind === 'xyz' ? [xyz(base)] : base.layers.map((name) => wmts(base, name))
  return sources.map((source, index) => {
    watchSource(source, trouble)
    const className = look === 'dark' ? 'ol-layer base dimmed' : 'ol-layer base'
    return new TileLayer({ source, zIndex: -10 + index, className, preload: 1 })
  })
}

function xyz(base: Extract<BaseMap, { kind: 'xyz' }>): XYZ {
  return new XYZ({
    url: base.url,
    attributions: base.attribution || undefined,
    minZoom: base.minZoom,
    maxZoom: base.maxZoom,
    crossOrigin: 'anonymous',
    transition: 150,
  })
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

function wmts(base: Extract<BaseMap, { kind: 'wmts' }>, layer: string): WMTS {
  const isDegrees = base.matrices === 'c'
  const levels = [...Array(base.maxZoom + 1).keys()]
  // both sets of 天地图 call their levels by number; level 1 of `c` is two tiles wide
  const resolutions = levels.map((z) => (isDegrees ? 360 : 2 * WORLD_W) / 256 / 2 ** z)
  return new WMTS({
    url: base.url,
    layer,
    matrixSet: base.matrices,
    format: base.format,
    style: base.style,
    requestEncoding: base.url.includes('{TileMatrix}') || base.url.includes('{z}') ? 'REST' : 'KVP',
    projection: isDegrees ? cgcs2000() : get('EPSG:3857')!,
    tileGrid: new WMTSTileGrid({
      origin: isDegrees ? [-180, 90] : [-WORLD_W, WORLD_W],
      resolutions,
      matrixIds: levels.map(String),
    }),
    attributions: base.attribution || undefined,
    crossOrigin: 'anonymous',
    wrapX: true,
  })
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
