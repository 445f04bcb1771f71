// What every map of the console stands on: land, grids, streets and the district with their names. It is a map by itself where
// no base map is configured, and a thin overlay upon one. Grids can be filled by a figure. Not here: who counts it.
import Feature from 'ol/Feature'
import MultiLineString from 'ol/geom/MultiLineString'
import MultiPolygon from 'ol/geom/MultiPolygon'
import Point from 'ol/geom/Point'
import VectorLayer from 'ol/layer/Vector'
import VectorSource from 'ol/source/Vector'
import type BaseLayer from 'ol/layer/Base'
import type { FeatureLike } from 'ol/Feature'
import { Fill, Stroke, Style, Text } from 'ol/style'
import { GROUND, SCREEN, toScreen } from './datum'
import { ringsOf, shortName, type GridShape } from './grids'
import { outerBorder, streetBorders, type Ring, type Shape } from './outline'
import { GROUND_COLOURS, type Look } from './palette'

export const MAP_FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
// Metres to a pixel (Web Mercator) from which on names of grids, and down to which names of streets, can be read.
const GRID_NAMES = 9
const GRID_NOTES = 20
const STREET_NAMES = 120
const Z = { fill: 1, lines: 6, names: 20, chosen: 8 }

/** The colour of a grid, or undefined for none; what is written below its name, and whether also where names are too small. */
export type Painting = {
  fill: (grid: string, street: string) => string | undefined
  note: (grid: string) => string
  alsoFar?: boolean
}
type Options = { look: Look; onBaseMap?: boolean }

export class Ground {
  private readonly sources = { fill: new VectorSource(), lines: new VectorSource(), names: new VectorSource() }
  private readonly chosenSource = new VectorSource()
  private readonly styles = new Map<string, Style | Style[]>()
  private painting: Painting | null = null
  private look: Look
  private onBaseMap: boolean
  readonly fill: VectorLayer
  readonly layers: BaseLayer[]

  constructor({ look, onBaseMap = false }: Options) {
    this.look = look
    this.onBaseMap = onBaseMap
    const common = { updateWhileAnimating: true, updateWhileInteracting: true }
    this.fill = new VectorLayer({ source: this.sources.fill, zIndex: Z.fill, style: (one) => this.fillStyle(one) })
    const lines = new VectorLayer({
      source: this.sources.lines,
      zIndex: Z.lines,
      style: (one, resolution) => this.lineStyle(one, resolution),
    })
    const names = new VectorLayer({
      ...common,
      source: this.sources.names,
      zIndex: Z.names,
      declutter: 'names',
      className: 'ol-layer names',
      style: (one, resolution) => this.nameStyle(one, resolution),
    })
    const chosen = new VectorLayer({ source: this.chosenSource, zIndex: Z.chosen, style: () => this.chosenStyle() })
    this.layers = [this.fill, lines, names, chosen]
  }

  show(shapes: GridShape[]): void {
    for (const source of Object.values(this.sources)) source.clear(true)
    this.sources.fill.addFeatures(shapes.map(polygon))
    const plain: Shape[] = shapes.map((one) => ({ code: one.code, street: one.street, rings: ringsOf(one) }))
    this.sources.lines.addFeatures([
      line('district', outerBorder(plain)),
      ...[...streetBorders(plain).values()].map((rings) => line('street', rings)),
    ])
    this.sources.names.addFeatures([...streetNames(this.sources.fill.getFeatures()), ...this.gridNames()])
  }

  /** Fills grids by a figure; null shows plain land. */
  paint(painting: Painting | null): void {
    this.painting = painting
    this.refresh()
  }

  dress({ look, onBaseMap = this.onBaseMap }: Options): void {
    Object.assign(this, { look, onBaseMap })
    this.styles.clear()
    this.refresh()
  }

  /** Outlines a grid, or all grids of a street by its 9-digit code. */
  choose(code: string | null): void {
    this.chosenSource.clear()
    if (!code) return
    const found = this.sources.fill
      .getFeatures()
      .filter((one) => one.get('code') === code || one.get('street') === code)
    this.chosenSource.addFeatures(found.map((one) => new Feature(one.getGeometry()!.clone())))
  }

  get extent(): number[] | null {
    const extent = this.sources.fill.getExtent()
    return extent && extent.every(Number.isFinite) ? extent : null
  }

  gridAt(point: number[]): { code: string; name: string; street: string } | null {
    const found = this.sources.fill.getFeaturesAtCoordinate(point)[0]
    return found ? { code: found.get('code'), name: found.get('name'), street: found.get('street') } : null
  }

  private refresh(): void {
    for (const layer of this.layers) layer.changed()
  }

  private get colours() {
    return GROUND_COLOURS[this.look]
  }

  private kept<T extends Style | Style[]>(key: string, make: () => T): T {
    let found = this.styles.get(key)
    if (!found) this.styles.set(key, (found = make()))
    return found as T
  }

  private fillStyle(feature: FeatureLike): Style {
    const colour = this.painting?.fill(feature.get('code') as string, feature.get('street') as string)
    const land = this.onBaseMap ? 'rgba(0, 0, 0, 0)' : this.colours.land
    return this.kept(`fill ${colour ?? ''}`, () => {
      const alpha = this.onBaseMap && colour ? 'b8' : ''
      return new Style({
        fill: new Fill({ color: colour ? colour + alpha : land }),
        stroke: new Stroke({ color: colour ? this.colours.textHalo : this.colours.grid, width: 1 }),
      })
    })
  }

  private lineStyle(feature: FeatureLike, resolution: number): Style[] {
    const [kind, near] = [feature.get('kind') as string, resolution < GRID_NAMES]
    return this.kept(`line ${kind} ${near}`, () => {
      const round = { lineJoin: 'round', lineCap: 'round' } as const
      const stroke = (color: string, width: number): Style =>
        new Style({ stroke: new Stroke({ color, width, ...round }) })
      if (kind === 'street') return [stroke(this.colours.street, near ? 2 : 1.4)]
      return [
        stroke(this.colours.halo, 12),
        stroke(this.colours.halo, 6),
        stroke(this.colours.district, near ? 2.6 : 2),
      ]
    })
  }

  private chosenStyle(): Style[] {
    return this.kept('chosen', () => [
      new Style({ stroke: new Stroke({ color: this.colours.textHalo, width: 6 }) }),
      new Style({ stroke: new Stroke({ color: this.colours.chosen, width: 3 }) }),
    ])
  }

  private nameStyle(feature: FeatureLike, resolution: number): Style | undefined {
    const isStreet = feature.get('kind') === 'street'
    const code = feature.get('code') as string
    const note = this.painting?.note(code) ?? ''
    if (isStreet) {
      if (resolution > STREET_NAMES) return undefined
      return this.text([feature.get('name') as string, note].filter(Boolean).join('\n'), true, resolution)
    }
    const name = resolution < GRID_NAMES ? (feature.get('name') as string) : ''
    const notesFrom = this.painting?.alsoFar ? GRID_NOTES : GRID_NAMES
    const lines = [name, resolution < notesFrom ? note : ''].filter(Boolean)
    return lines.length ? this.text(lines.join('\n'), false, resolution) : undefined
  }

  private text(text: string, isStreet: boolean, resolution: number): Style {
    const near = resolution < GRID_NAMES
    return this.kept(`text ${isStreet} ${near} ${text}`, () => {
      const size = isStreet ? (near ? 15 : 13) : 12
      return new Style({
        zIndex: isStreet ? 2 : 1,
        text: new Text({
          text,
          font: `${isStreet ? 600 : 400} ${size}px ${MAP_FONT}`,
          fill: new Fill({ color: isStreet ? this.colours.text : this.colours.quiet }),
          stroke: new Stroke({ color: this.colours.textHalo, width: 3.5 }),
          padding: [3, 4, 3, 4],
          overflow: true,
        }),
      })
    })
  }

  private gridNames(): Feature[] {
    return this.sources.fill.getFeatures().map((one) => {
      const inside = (one.getGeometry() as MultiPolygon).getInteriorPoints().getPoint(0)!.getCoordinates().slice(0, 2)
      const made = new Feature(new Point(inside))
      made.setProperties({ kind: 'grid', code: one.get('code'), name: one.get('short') })
      return made
    })
  }
}

function polygon(shape: GridShape): Feature {
  const { type, coordinates } = shape.geometry
  const parts = (type === 'Polygon' ? [coordinates] : coordinates) as number[][][][]
  const made = new Feature(new MultiPolygon(parts).transform(GROUND, SCREEN))
  made.setId(shape.code)
  made.setProperties({
    code: shape.code,
    name: shape.name,
    short: shortName(shape),
    street: shape.street,
    streetName: shape.streetName,
    area: shape.area,
  })
  return made
}

function line(kind: 'street' | 'district', rings: Ring[]): Feature {
  const made = new Feature(new MultiLineString(rings.map((ring) => ring.map((corner) => toScreen(corner)))))
  made.set('kind', kind)
  return made
}

/** A name in the middle of each street: the place within its largest grid, or between all of them where that is inside. */
function streetNames(grids: Feature[]): Feature[] {
  const streets = new Map<string, Feature[]>()
  for (const grid of grids) streets.set(grid.get('street'), [...(streets.get(grid.get('street')) ?? []), grid])
  return [...streets].map(([code, members]) => {
    const weights = members.map((one) => [...middle(one), one.get('area') as number] as const)
    const total = weights.reduce((sum, [, , area]) => sum + area, 0) || 1
    const centre = [0, 1].map((axis) => weights.reduce((sum, one) => sum + one[axis]! * one[2], 0) / total)
    const inside = members.some((one) => one.getGeometry()!.intersectsCoordinate(centre))
    const largest = members.reduce((best, one) => (one.get('area') > best.get('area') ? one : best))
    const made = new Feature(new Point(inside ? centre : middle(largest)))
    made.setProperties({ kind: 'street', code, name: members[0]!.get('streetName') })
    return made
  })
}

function middle(grid: Feature): [number, number] {
  const [x, y] = (grid.getGeometry() as MultiPolygon).getInteriorPoints().getPoint(0)!.getCoordinates()
  return [x!, y!]
}
