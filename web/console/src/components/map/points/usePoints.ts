// Points of the kinds switched on, narrowed by their filters, on one map. Not here: which filters there are (pages/map/filters).
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type OlMap from 'ol/Map'
import { bytes } from '@/api'
import type { Kind, Look } from '../palette'
import { counted, type Group } from './cluster'
import { PointsLayer } from './PointsLayer'
import { PointTiles } from './tiles'

/** How each kind is asked: `whole` for all of the period, `part` for the part that the slider shows (where there is one). */
export type Asking = Partial<Record<Kind, { whole: string; part: string | null }>>
/** The part in seconds since 1970, for points that can be picked out here. */
export type Part = { from: number; to: number } | null

const DEEPEST = 19 // the server enlarges no further
/** The level of the tiles shown at a zoom: half a screen each, so that a cell of a tile is about as large as a bubble. */
export const levelAt = (zoom: number): number => Math.min(Math.max(Math.floor(zoom + 0.25) - 1, 0), DEEPEST)

type Options = {
  map: OlMap
  look: Ref<Look>
  asking: Ref<Asking>
  part: Ref<Part>
  onProblem: (error: unknown) => void
}

export function usePoints({ map, look, asking, part, onProblem }: Options) {
  const tiles = new Map<Kind, PointTiles>()
  const view = shallowRef<{ extent: number[]; level: number } | null>(null)
  const counts = ref(counted([]))
  const isLoading = ref(false)
  const layer = new PointsLayer({ points: () => [...tiles.values()].flatMap((one) => one.points), want }, look.value)
  map.addLayer(layer)

  /** Whether all points of the period over the view are here one by one, so that the slider need not ask. */
  const isHere = (kind: Kind, whole: string): boolean =>
    view.value !== null && (tiles.get(kind)?.isExactOver(whole, view.value.extent, view.value.level) ?? false)

  function ask(): void {
    for (const [kind, { whole, part: some }] of Object.entries(asking.value) as [Kind, NonNullable<Asking[Kind]>][]) {
      const search = some !== null && !isHere(kind, whole) ? some : whole
      const known = tiles.get(kind)
      if (known) known.ask(search)
      else tiles.set(kind, new PointTiles(kind, search, bytes, changed, onProblem))
    }
    for (const [kind, gone] of tiles)
      if (!asking.value[kind]) {
        gone.stop()
        tiles.delete(kind)
      }
    layer.renew()
  }

  function want(extent: number[], zoom: number): void {
    const level = levelAt(zoom)
    view.value = { extent, level }
    let [isWhole, isOther] = [true, false]
    for (const one of tiles.values()) {
      const before = one.state
      isWhole = one.want(extent, level) && isWhole
      isOther ||= one.state !== before
    }
    isLoading.value = !isWhole
    if (isOther) layer.renewSoon()
  }

  let waiting = 0
  function changed(): void {
    // several tiles that come together are drawn together
    waiting ||= requestAnimationFrame(() => {
      waiting = 0
      if (view.value) for (const one of tiles.values()) one.want(view.value.extent, view.value.level)
      layer.renew()
      count()
    })
  }
  function count(): void {
    counts.value = counted([...tiles.values()].flatMap((one) => one.points))
    isLoading.value = [...tiles.values()].some((one) => one.isBehind || one.isWaiting)
  }

  watch(asking, ask, { immediate: true })
  watch(part, (now) => layer.setWindow({ from: now?.from ?? null, to: now?.to ?? null }), { immediate: true })
  watch(look, (now) => layer.dress(now))
  map.on('moveend', count)
  onScopeDispose(() => {
    cancelAnimationFrame(waiting)
    for (const one of tiles.values()) one.stop()
    map.un('moveend', count)
    map.removeLayer(layer)
  })
  return {
    layer,
    /** How many of each kind the tiles over the view hold. */
    counts,
    isLoading,
    at: (pixel: number[]): Group[] => layer.at(pixel),
    /** Loads another part of the period without showing it. */
    prepare: (next: Asking): void => {
      if (!view.value) return
      for (const [kind, { part: some }] of Object.entries(next) as [Kind, NonNullable<Asking[Kind]>][])
        if (some !== null) tiles.get(kind)?.prepare(some, view.value.extent, view.value.level)
    },
    renew: (): void => {
      for (const one of tiles.values()) one.renew()
      layer.renew()
    },
  }
}
