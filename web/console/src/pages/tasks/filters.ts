// What a list of tasks is narrowed to. It stands in the address by the names the server gives its filters, so that a link of the
// board, of a notice or of a colleague opens the list that was meant. Not here: how the fields look (TaskFilterBar).
import { computed } from 'vue'
import { useRoute, type LocationQuery } from 'vue-router'
import type { Got, Query } from '@/api'
import { addDays, dayStart, districtDay } from '@/composables/format'
import { useQueryState } from '@/composables/queryState'

export type Task = Got<'/api/v1/tasks'>['items'][number]
export type TaskQuery = Query<'/api/v1/tasks'>
/** Ends of a task's time, counted from today. */
export const DUES = ['today', 'tomorrow', 'week', 'later'] as const
export type Due = (typeof DUES)[number]
/** Every status, also those after which nothing comes; without it a list shows what is not finished. */
export const EVERY = 'every'

const FLAGS = ['overdue', 'unassigned'] as const
const TEXTS = [
  'street',
  'grid_code',
  'assignee',
  'site_id',
  'category',
  'kind',
  'due_after',
  'due_before',
  'q',
] as const
export const FILTER_NAMES = [...FLAGS, ...TEXTS, 'status', 'due'] as const

/** The moments between which time ends on `due`; `today` as 2026-11-25. */
export function dueRange(due: string, today: string): Pick<TaskQuery, 'due_after' | 'due_before'> {
  const at = (days: number): string => dayStart(addDays(today, days))
  if (due === 'today') return { due_after: at(0), due_before: at(1) }
  if (due === 'tomorrow') return { due_after: at(1), due_before: at(2) }
  if (due === 'week') return { due_after: at(0), due_before: at(7) }
  if (due === 'later') return { due_after: at(7) }
  return {}
}

const one = (query: LocationQuery, name: string): string => {
  const raw = query[name]
  return (Array.isArray(raw) ? raw.join(',') : raw) ?? ''
}

/** The server's query for an address; `open` are the statuses that are not final. */
export function taskQuery(query: LocationQuery, open: string[], today: string): TaskQuery {
  const found: Record<string, string | boolean> = {}
  for (const name of TEXTS) if (one(query, name)) found[name] = one(query, name)
  for (const name of FLAGS) if (/^(1|true)$/.test(one(query, name))) found[name] = true
  const status = one(query, 'status')
  if (status !== EVERY) found.status = status || open.join(',')
  return { ...found, ...dueRange(one(query, 'due'), today) } as TaskQuery
}

/** The filters of the page shown, to be read and set. `openStatuses`: codes of those that are not final. */
export function useTaskFilters(openStatuses: () => string[]) {
  const route = useRoute()
  const { set, text } = useQueryState()
  const query = computed(() => taskQuery(route.query, openStatuses(), districtDay()))
  const flag = (name: string) =>
    computed({
      get: () => /^(1|true)$/.test(one(route.query, name)),
      set: (value: boolean) => set({ [name]: value ? 'true' : undefined }),
    })
  const statuses = computed({
    get: () => one(route.query, 'status').split(',').filter(Boolean),
    set: (now: string[]) => set({ status: now.join(',') }),
  })
  const due = computed({
    get: () => one(route.query, 'due'),
    set: (now: string) => set({ due: now, due_after: undefined, due_before: undefined }),
  })
  const fields = {
    street: text('street'),
    grid: text('grid_code'),
    assignee: text('assignee'),
    category: text('category'),
    kind: text('kind'),
    words: text('q'),
    overdue: flag('overdue'),
    unassigned: flag('unassigned'),
    due,
    statuses,
  }
  /** A period that a link has set and none of the choices of `due` says. */
  const period = computed(() => ({ after: one(route.query, 'due_after'), before: one(route.query, 'due_before') }))
  const isNarrowed = computed(() => FILTER_NAMES.some((name) => one(route.query, name) !== ''))
  const reset = (): void => set(Object.fromEntries(FILTER_NAMES.map((name) => [name, undefined])))
  return { query, fields, period, isNarrowed, reset, set }
}
