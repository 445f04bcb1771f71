// From what is filtered to how each kind of point is asked for. Not here: which filters mean what to which list (filters.ts).
import { computed, type ComputedRef, type Ref } from 'vue'
import { addDays, dayStart } from '@/composables/format'
import type { Asking, Part } from '@/components/map/points/usePoints'
import { queryOf, searchOf, type Filters, type Period } from './filters'
import { POINT_KINDS, type LayerName } from './state'

/** The filters with this part of the period instead of all of it. */
export const narrowedTo = (filters: Filters, part: Period | null): Filters => (part ? { ...filters, ...part } : filters)

const TIMELESS = new Set<LayerName>(['sites', 'tasks'])

export function askingFor(layers: LayerName[], filters: Filters, part: Period | null): Asking {
  const asking: Asking = {}
  for (const kind of POINT_KINDS) {
    if (!layers.includes(kind)) continue
    const whole = searchOf(queryOf(kind, filters))
    const isNarrowed = part && !TIMELESS.has(kind)
    asking[kind] = { whole, part: isNarrowed ? searchOf(queryOf(kind, narrowedTo(filters, part))) : null }
  }
  return asking
}

const seconds = (moment: string): number => Date.parse(moment) / 1000
export const partOf = (window: Period | null): Part =>
  window ? { from: seconds(dayStart(window.from)), to: seconds(dayStart(addDays(window.to, 1))) } : null

/** A value that changes only when what it says does: the address changes with every step of the map. */
export function steady<T>(make: () => T): ComputedRef<T> {
  const text = computed(() => JSON.stringify(make()))
  return computed(() => JSON.parse(text.value) as T)
}

export function useAsking(layers: Ref<LayerName[]>, filters: Ref<Filters>, window: Ref<Period | null>) {
  return {
    asking: steady(() => askingFor(layers.value, filters.value, window.value)),
    part: steady<Part>(() => partOf(window.value)),
    /** What is filtered, the slider's window taken for the period. */
    effective: steady(() => narrowedTo(filters.value, window.value)),
  }
}
