// Drawing an area with the mouse: polygon, rectangle or circle. By keyboard, what is in view can be taken instead. Not here: the
// text of an area (area.ts).
import Draw, { createBox } from 'ol/interaction/Draw'
import type OlMap from 'ol/Map'
import Circle from 'ol/geom/Circle'
import Polygon from 'ol/geom/Polygon'
import VectorLayer from 'ol/layer/Vector'
import VectorSource from 'ol/source/Vector'
import Feature from 'ol/Feature'
import { Circle as Dot, Fill, Stroke, Style } from 'ol/style'
import { circleRing } from './area'
import { fromScreen } from './datum'
import { fromMap, toMap, viewBounds, type LonLat } from './map'
import { GROUND_COLOURS, type Look } from './palette'

export type Shape = 'polygon' | 'rectangle' | 'circle'

function styleOf(theme: Look): Style {
  const colours = GROUND_COLOURS[theme]
  return new Style({
    fill: new Fill({ color: colours.drawnFill }),
    stroke: new Stroke({ color: colours.drawn, width: 2, lineDash: [6, 4] }),
    image: new Dot({ radius: 4, fill: new Fill({ color: colours.drawn }) }),
  })
}

/** Lets an area be drawn; `done` hears its ring, null when it was given up by Escape. The answer stops it. */
export function startDrawing(map: OlMap, shape: Shape, theme: Look, done: (ring: LonLat[] | null) => void): () => void {
  const draw = new Draw({
    type: shape === 'polygon' ? 'Polygon' : 'Circle',
    geometryFunction: shape === 'rectangle' ? createBox() : undefined,
    style: styleOf(theme),
    stopClick: true,
  })
  const stop = (): void => {
    map.removeInteraction(draw)
    document.removeEventListener('keydown', escape)
    map.getTargetElement()?.classList.remove('drawing')
  }
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    stop()
    done(null)
  }
  draw.on('drawend', ({ feature }) => {
    const geometry = feature.getGeometry()!
    // the click that ends it must not also choose what lies below
    setTimeout(stop)
    done(geometry instanceof Circle ? circleOf(geometry) : ringOf(geometry as Polygon))
  })
  document.addEventListener('keydown', escape)
  map.getTargetElement()?.classList.add('drawing')
  map.addInteraction(draw)
  return stop
}

const ringOf = (polygon: Polygon): LonLat[] => polygon.getCoordinates()[0]!.map((corner) => fromMap(corner))

function circleOf(circle: Circle): LonLat[] {
  const centre = fromScreen(circle.getCenter())
  // metres of Web Mercator are longer than those on the ground, by the latitude
  return circleRing(centre, circle.getRadius() * Math.cos((centre[1] * Math.PI) / 180))
}

/** What is in view, as a ring. */
export function viewRing(map: OlMap): LonLat[] {
  const [west, south, east, north] = viewBounds(map)
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ]
}

/** A layer that shows an area; `show(null)` clears it. */
export function areaLayer(theme: Look) {
  const source = new VectorSource()
  const layer = new VectorLayer({ source, zIndex: 25, style: styleOf(theme) })
  return {
    layer,
    dress: (now: Look): void => layer.setStyle(styleOf(now)),
    show(ring: LonLat[] | null): void {
      source.clear()
      if (!ring) return
      const corners = [...ring, ring[0]!].map((corner) => toMap(corner))
      source.addFeature(new Feature(new Polygon([corners])))
    },
    get extent(): number[] | null {
      return source.getFeatures().length ? (source.getExtent() as number[]) : null
    },
  }
}
