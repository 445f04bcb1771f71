// The rows of a bench in working order, by tab and filter, and the numbers of all tabs.
import { computed, toValue, type MaybeRefOrGetter, type Ref } from 'vue'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { client, unwrap, type Query } from '@/api'
import { usePages } from '@/composables/pages'
import type { StatusCode } from '../desk'
import type { Row } from './rows'

export type Filters = { category?: Query<'/api/v1/cases/triage'>['category']; street?: string }
export type Tab = {
  id: string
  label: string
  statuses: StatusCode[]
  overdue?: boolean
  /** Only what runs out on this day or before. */
  dueTo?: string
}
const PAGE = 100
const COUNT_EVERY_MS = 60_000

const triageOf = (tab: Tab, filters: Filters) => ({
  status: tab.statuses.join(','),
  overdue: tab.overdue,
  category: filters.category,
  street: filters.street,
})
const casesOf = (tab: Tab, filters: Filters) => ({
  status: tab.statuses.join(','),
  category: filters.category,
  street: filters.street,
  due_to: tab.dueTo,
})

export function useRows(tab: Ref<Tab>, filters: Ref<Filters>) {
  return usePages<Row>(
    computed(() => ['cases', 'bench', tab.value.id, tab.value.dueTo, filters.value]),
    (cursor) =>
      tab.value.dueTo
        ? unwrap(
            client.GET('/api/v1/cases', {
              params: { query: { ...casesOf(tab.value, filters.value), sort: 'urgent', limit: PAGE, cursor } },
            }),
          )
        : unwrap(
            client.GET('/api/v1/cases/triage', {
              params: { query: { ...triageOf(tab.value, filters.value), limit: PAGE, cursor } },
            }),
          ),
  )
}

/** How many rows each tab has. */
export function useCounts(tabs: MaybeRefOrGetter<Tab[]>, filters: Ref<Filters>) {
  const statuses = computed(() => [...new Set(toValue(tabs).flatMap((one) => one.statuses))])
  const due = computed(() => toValue(tabs).find((one) => one.dueTo))
  const { data } = useQuery({
    queryKey: computed(() => ['cases', 'bench-counts', statuses.value, filters.value]),
    queryFn: () =>
      unwrap(
        client.GET('/api/v1/cases/triage', {
          params: { query: { status: statuses.value.join(','), ...filters.value, limit: 1 } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: COUNT_EVERY_MS,
  })
  const { data: dueData } = useQuery({
    queryKey: computed(() => ['cases', 'bench-due', due.value?.dueTo, filters.value]),
    queryFn: () => unwrap(client.GET('/api/v1/cases/count', { params: { query: casesOf(due.value!, filters.value) } })),
    enabled: computed(() => due.value !== undefined),
    placeholderData: keepPreviousData,
  })
  const countOf = (tab: Tab): number | undefined => {
    if (tab.dueTo) return dueData.value?.total
    return data.value?.counts
      .filter((one) => tab.statuses.includes(one.status))
      .reduce((sum, one) => sum + (tab.overdue ? one.overdue : one.count), 0)
  }
  const overdueOf = (tab: Tab): number =>
    data.value?.counts.filter((one) => tab.statuses.includes(one.status)).reduce((sum, one) => sum + one.overdue, 0) ??
    0
  return { countOf, overdueOf }
}
