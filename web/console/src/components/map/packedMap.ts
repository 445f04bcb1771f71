// A base map in one PMTiles file, read by ranges: pictures, or vectors by the layer names of Protomaps. Loaded only where used.
import { PMTiles, TileType } from 'pmtiles'
import MVT from 'ol/format/MVT'
import TileLayer from 'ol/layer/Tile'
import VectorTileLayer from 'ol/layer/VectorTile'
import ImageTile from 'ol/source/ImageTile'
import VectorTileSource from 'ol/source/VectorTile'
import type BaseLayer from 'ol/layer/Base'
import type { FeatureLike } from 'ol/Feature'
import type VectorTile from 'ol/VectorTile'
import type RenderFeature from 'ol/render/Feature'
import { Fill, Stroke, Style, Text } from 'ol/style'
import { watchSource, type Trouble } from './baseMap'
import { MAP_FONT } from './ground'
import { GROUND_COLOURS, type Look } from './palette'

const COLOURS = {
  light: { land: '#f7f6f2', green: '#dfeadb', water: '#c5dcea', building: '#e8e4dc', road: '#ffffff', edge: '#d5d0c5' },
  dark: { land: '#1d232a', green: '#213029', water: '#1b3345', building: '#262d35', road: '#39424d', edge: '#2b333c' },
} as const

/** Layers of the file at `url`. Where it does not answer, nothing is drawn and trouble is told. */
export async function packedLayers(
  url: string,
  attribution: string,
  look: Look,
  trouble: Trouble,
): Promise<BaseLayer[]> {
  const file = new PMTiles(url)
  const header = await file.getHeader().catch(() => null)
  if (!header) {
    trouble.onTrouble()
    return []
  }
  const common = { attributions: attribution || undefined, maxZoom: header.maxZoom, minZoom: header.minZoom }
  if (header.tileType !== TileType.Mvt) {
    const source = new ImageTile({
      ...common,
      loader: async (z, x, y) => {
        const found = await file.getZxy(z, x, y)
        return found ? createImageBitmap(new Blob([found.data])) : createImageBitmap(new ImageData(1, 1))
      },
    })
    watchSource(source, trouble)
    const className = look === 'dark' ? 'ol-layer base dimmed' : 'ol-layer base'
    return [new TileLayer({ source, zIndex: -10, className })]
  }
  const source = new VectorTileSource({ ...common, format: new MVT(), url: '{z}/{x}/{y}', tileSize: 512 })
  source.setTileLoadFunction((tile, address) => {
    const [z, x, y] = address.split('/').map(Number)
    const vectors = tile as VectorTile<RenderFeature>
    vectors.setLoader((extent, _resolution, projection) => {
      file
        .getZxy(z!, x!, y!)
        .then((found) => {
          const read = { extent, featureProjection: projection }
          vectors.setFeatures(found ? (vectors.getFormat().readFeatures(found.data, read) as RenderFeature[]) : [])
        })
        .catch(() => vectors.setState(3))
    })
  })
  watchSource(source, trouble)
  const style = styleOf(look)
  return [new VectorTileLayer({ source, zIndex: -10, declutter: 'base', className: 'ol-layer base', style })]
}

function styleOf(look: Look): (feature: FeatureLike) => Style | undefined {
  const colours = COLOURS[look]
  const fill = (color: string): Style => new Style({ fill: new Fill({ color }) })
  const areas: Record<string, Style> = {
    earth: fill(colours.land),
    landuse: fill(colours.green),
    natural: fill(colours.green),
    water: fill(colours.water),
    buildings: fill(colours.building),
  }
  const road = (width: number): Style => new Style({ stroke: new Stroke({ color: colours.road, width }) })
  const roads: Record<string, Style> = { highway: road(4), major_road: road(3), minor_road: road(1.5) }
  const words = GROUND_COLOURS[look]
  return (feature) => {
    const layer = feature.get('layer') as string
    if (layer === 'roads') return roads[feature.get('kind') as string] ?? roads.minor_road
    if (layer !== 'places') return areas[layer]
    const text = String(feature.get('name:zh-Hans') ?? feature.get('name') ?? '')
    return new Style({
      text: new Text({
        text,
        font: `12px ${MAP_FONT}`,
        fill: new Fill({ color: words.quiet }),
        stroke: new Stroke({ color: words.textHalo, width: 3 }),
      }),
    })
  }
}
