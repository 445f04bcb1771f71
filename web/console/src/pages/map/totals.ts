// How many of each kind there are on the map, and on which days something was reported.
import { computed, type Ref } from 'vue'
import type { Kind } from '@/components/map/palette'
import type { Filters } from './filters'
import { POINT_KINDS, type LayerName } from './state'
import { byDay, useSums, type Sums } from './sums'

type Options = { kinds: Ref<Kind[]>; allowed: Ref<LayerName[]>; effective: Ref<Filters>; filters: Ref<Filters> }

/** `effective` is narrowed to the slider's part of the period; its histogram is of all of `filters`. */
export function useTotals({ kinds, allowed, effective, filters }: Options) {
  const isOn = (kind: Kind) => computed(() => kinds.value.includes(kind))
  const each = POINT_KINDS.map((kind) => ({ kind, sums: useSums(kind, effective, isOn(kind)).sums }))
  const sums = computed(
    () =>
      Object.fromEntries(
        each.filter((one) => kinds.value.includes(one.kind)).map((one) => [one.kind, one.sums.value]),
      ) as Partial<Record<Kind, Sums | null>>,
  )
  const seen = useSums(
    'reports',
    filters,
    computed(() => allowed.value.includes('reports')),
  )
  return { sums, dayCounts: computed(() => byDay([seen.sums.value])) }
}
