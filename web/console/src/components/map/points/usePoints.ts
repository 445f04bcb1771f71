// Points of the kinds switched on, narrowed by their filters, on one map. Not here: which filters there are (pages/map/filters).
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type OlMap from 'ol/Map'
import { bytes } from '@/api'
import type { Look } from '../palette'
import { counted, type Group } from './cluster'
import { PointSet, type Asking } from './PointSet'
import { PointsLayer } from './PointsLayer'

export type { Asking }
/** A part of the period in seconds since 1970, for points that can be picked out here. */
export type Part = { from: number; to: number } | null

type Options = {
  map: OlMap
  look: Ref<Look>
  asking: Ref<Asking>
  part: Ref<Part>
  onProblem: (error: unknown) => void
}

export function usePoints({ map, look, asking, part, onProblem }: Options) {
  const counts = ref(counted([]))
  const isLoading = ref(false)
  let waiting = 0
  const set = new PointSet(bytes, changed, onProblem)
  const source = {
    points: () => set.points,
    want: (extent: number[], zoom: number): void => {
      if (set.want(extent, zoom)) layer.renewSoon()
    },
  }
  const layer = new PointsLayer(source, look.value)
  map.addLayer(layer)

  function count(): void {
    counts.value = set.counts
    isLoading.value = set.isLoading
  }
  function changed(): void {
    // several tiles that come together are drawn together
    waiting ||= requestAnimationFrame(() => {
      waiting = 0
      set.look()
      layer.renew()
      count()
    })
  }
  const ask = (now: Asking): void => {
    set.ask(now)
    isLoading.value = set.isLoading
    layer.renew()
  }
  watch(asking, ask, { immediate: true })
  watch(part, (now) => layer.setWindow({ from: now?.from ?? null, to: now?.to ?? null }), { immediate: true })
  watch(look, (now) => layer.dress(now))
  map.on('moveend', count)
  onScopeDispose(() => {
    cancelAnimationFrame(waiting)
    set.stop()
    map.un('moveend', count)
    map.removeLayer(layer)
  })
  return {
    layer,
    /** How many of each kind the tiles over the view hold. */
    counts,
    isLoading,
    at: (pixel: number[]): Group[] => layer.at(pixel),
    prepare: (next: Asking): void => set.prepare(next),
    renew: (): void => {
      set.renew()
      layer.renew()
    },
  }
}
