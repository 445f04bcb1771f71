// Drawing an area on a map: by hand (lasso), corner by corner, as a box or a circle. Escape gives it up; who has no mouse takes
// what is in view. Not here: what is done with the area.
import { onScopeDispose, ref, shallowRef, watch, type ShallowRef } from 'vue'
import Draw, { createBox } from 'ol/interaction/Draw'
import Feature from 'ol/Feature'
import type OlMap from 'ol/Map'
import type { Geometry } from 'ol/geom'
import Circle from 'ol/geom/Circle'
import Polygon, { fromCircle } from 'ol/geom/Polygon'
import VectorLayer from 'ol/layer/Vector'
import VectorSource from 'ol/source/Vector'
import { Circle as Dot, Fill, Stroke, Style } from 'ol/style'
import { fromMap, toMap, viewBounds, type LonLat } from './map'

export const DRAW_TOOLS = ['lasso', 'polygon', 'box', 'circle'] as const
export type DrawTool = (typeof DRAW_TOOLS)[number]

const Z_DRAWN = 30
const look = new Style({
  fill: new Fill({ color: 'rgba(214, 108, 0, 0.12)' }),
  stroke: new Stroke({ color: '#d66c00', width: 2, lineDash: [6, 4] }),
  image: new Dot({ radius: 4, fill: new Fill({ color: '#d66c00' }) }),
})

function interactionOf(tool: DrawTool): Draw {
  return new Draw({
    type: tool === 'lasso' || tool === 'polygon' ? 'Polygon' : 'Circle',
    freehand: tool === 'lasso',
    geometryFunction: tool === 'box' ? createBox() : undefined,
    style: look,
    stopClick: true,
  })
}

const ringOf = (geometry: Geometry): LonLat[] => {
  const polygon = geometry instanceof Circle ? fromCircle(geometry, 48) : (geometry as Polygon)
  return polygon.getCoordinates()[0]!.map((corner) => fromMap(corner))
}

/**
 * `start(tool)` lets one area be drawn, `ring` is what was drawn last (closed, degrees), `takeView()` takes what is in view,
 * `show(ring)` shows one that comes from elsewhere (null: none). `tool` says what is under way.
 */
export function useDraw(map: ShallowRef<OlMap | null>) {
  const tool = ref<DrawTool | null>(null)
  const ring = shallowRef<LonLat[] | null>(null)
  const source = new VectorSource()
  const layer = new VectorLayer({ source, style: look, zIndex: Z_DRAWN })
  let draw: Draw | null = null

  watch(map, (now, before) => {
    before?.removeLayer(layer)
    now?.addLayer(layer)
  }, { immediate: true }) // prettier-ignore

  const show = (now: LonLat[] | null): void => {
    ring.value = now
    source.clear()
    if (now) source.addFeature(new Feature(new Polygon([now.map((corner) => toMap(corner))])))
  }
  const stop = (): void => {
    if (draw) map.value?.removeInteraction(draw)
    ;[draw, tool.value] = [null, null]
  }
  const start = (wanted: DrawTool): void => {
    stop()
    if (!map.value) return
    draw = interactionOf(wanted)
    draw.on('drawend', ({ feature }) => {
      show(ringOf(feature.getGeometry()!))
      setTimeout(stop) // the click that ends it must not choose what lies below
    })
    map.value.addInteraction(draw)
    tool.value = wanted
  }
  const takeView = (): void => {
    if (!map.value) return
    const [west, south, east, north] = viewBounds(map.value)
    stop()
    show([[west, south], [east, south], [east, north], [west, north], [west, south]]) // prettier-ignore
  }
  const escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && tool.value) {
      event.stopPropagation()
      stop()
    }
  }
  document.addEventListener('keydown', escape, true)
  onScopeDispose(() => {
    document.removeEventListener('keydown', escape, true)
    stop()
    map.value?.removeLayer(layer)
  })
  return { tool, ring, start, stop, show, takeView }
}
