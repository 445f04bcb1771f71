// Figures of grids and streets, for what is filtered. Not here: their colours (painting.ts).
import { computed, type Ref } from 'vue'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { client, unwrap, type Query, type Schema } from '@/api'
import { useFormat } from '@/composables/format'
import { useWords } from '@/composables/words'
import { queryOf, type Filters } from './filters'
import type { Values } from './painting'
import type { LayerName, Unit } from './state'

type FigureQuery = Query<'/api/v1/map/figures'>
export type FigureCode = FigureQuery['figure']
export type Item = Schema<'Figure'>['items'][number]
export type FigureChoice = { value: FigureCode; label: string }

// Which list each figure counts; by what it can be narrowed beyond category and place.
const TIME = ['captured_from', 'captured_to']
const OF: Record<FigureCode, { layer: LayerName; narrowed: string[] }> = {
  problems: { layer: 'reports', narrowed: ['severity', 'outcome', 'status', 'department', ...TIME] },
  reports: { layer: 'reports', narrowed: ['severity', 'outcome', 'status', 'department', ...TIME] },
  problem_rate: { layer: 'reports', narrowed: ['severity', 'outcome', 'status', 'department', ...TIME] },
  open_cases: { layer: 'referrals', narrowed: ['severity', 'department', ...TIME] },
  overdue_cases: { layer: 'referrals', narrowed: ['severity', 'department', ...TIME] },
  site_coverage: { layer: 'sites', narrowed: TIME },
  open_tasks: { layer: 'tasks', narrowed: [] },
}
const PLACE = ['category', 'street', 'grid_code']
const CODES = Object.keys(OF) as FigureCode[]

/** Whether the days shown change this figure. */
export const isTimed = (code: FigureCode): boolean => OF[code].narrowed.includes(TIME[0]!)

export function figureQuery(code: FigureCode, by: Unit, filters: Filters): FigureQuery {
  const all = queryOf('reports', filters)
  const allowed = new Set([...PLACE, ...OF[code].narrowed])
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => allowed.has(name)))
  return { figure: code, by, ...kept } as FigureQuery
}

/** The figures that one may ask for, with their words. */
export function useFigureChoices(allowed: Ref<LayerName[]>) {
  const { label } = useWords()
  return computed<FigureChoice[]>(() =>
    CODES.filter((code) => allowed.value.includes(OF[code].layer)).map((code) => ({
      value: code,
      label: label('MapFigure', code),
    })),
  )
}

type Options = { figure: Ref<FigureCode | ''>; by: Ref<Unit>; filters: Ref<Filters>; enabled: Ref<boolean> }

/** One number for each grid or street; the last ones stay while others are on their way. */
export function useFigures({ figure, by, filters, enabled }: Options) {
  const { number, share } = useFormat()
  const asked = computed(() => (figure.value ? figureQuery(figure.value, by.value, filters.value) : null))
  const query = useQuery({
    queryKey: computed(() => ['map', 'figures', asked.value]),
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/map/figures', { params: { query: asked.value! }, signal })),
    placeholderData: keepPreviousData,
    enabled: computed(() => enabled.value && asked.value !== null),
  })
  const isOf = computed(() => query.data.value?.figure === figure.value && query.data.value.by === by.value)
  const items = computed<Item[]>(() => (isOf.value ? query.data.value!.items.filter((one) => one.code) : []))
  const values = computed<Values>(() => new Map(items.value.map((one) => [one.code!, one.value])))
  const isShare = computed(() => query.data.value?.unit === 'ratio')
  const write = (value: number | null | undefined): string => (isShare.value ? share(value) : number(value))
  return { items, values, isShare, write, isFetching: query.isFetching, error: query.error }
}
