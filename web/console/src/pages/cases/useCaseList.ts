// The case list: filter in the address, rows by pages, numbers.
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'
import { usePages } from '@/composables/pages'
import { useQueryState } from '@/composables/queryState'
import { readFilter, writeFilter, type CaseQuery } from './filters'

const PAGE = 50

export function useCaseList() {
  const route = useRoute()
  const { set, text } = useQueryState()
  const openId = text('case')
  // by its text, so that opening a row does not ask for the list again
  const written = computed(() => JSON.stringify(readFilter(route.query)))
  const filter = computed<CaseQuery>(() => JSON.parse(written.value) as CaseQuery)

  const pages = usePages(
    computed(() => ['cases', 'list', written.value]),
    (cursor) => unwrap(client.GET('/api/v1/cases', { params: { query: { ...filter.value, limit: PAGE, cursor } } })),
  )
  const counted = computed(() => {
    const narrow = { ...filter.value }
    delete narrow.sort
    return narrow
  })
  const { data: counts } = useQuery({
    queryKey: computed(() => ['cases', 'count', written.value]),
    queryFn: () => unwrap(client.GET('/api/v1/cases/count', { params: { query: counted.value } })),
    placeholderData: keepPreviousData,
  })
  /** Numbers by status do not vanish when one status is chosen. */
  const { data: everyStatus } = useQuery({
    queryKey: computed(() => ['cases', 'count-status', JSON.stringify({ ...counted.value, status: undefined })]),
    queryFn: () =>
      unwrap(client.GET('/api/v1/cases/count', { params: { query: { ...counted.value, status: undefined } } })),
    placeholderData: keepPreviousData,
  })
  const change = (changes: Partial<CaseQuery>): void => {
    const whole = writeFilter({ ...filter.value, ...changes })
    set(whole as Record<string, string | undefined>)
  }
  const replace = (next: CaseQuery): void => set({ ...writeFilter(next), case: undefined })
  return { filter, pages, counts, everyStatus, change, replace, openId }
}
