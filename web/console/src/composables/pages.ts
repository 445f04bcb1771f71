// Lists that come in pages by cursor: more is asked for when the person reaches the end.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'

type Page<Item> = { items: Item[]; next_cursor?: string | null }

/** All pages loaded so far as one list. `key` starts with the slice; `fetchPage` gets the cursor of the page wanted. */
export function usePages<Item>(
  key: MaybeRefOrGetter<readonly unknown[]>,
  fetchPage: (cursor: string | undefined) => Promise<Page<Item>>,
  options: { enabled?: MaybeRefOrGetter<boolean> } = {},
) {
  const query = useInfiniteQuery({
    queryKey: computed(() => [...toValue(key)]),
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: computed(() => toValue(options.enabled) ?? true),
  })
  const items = computed<Item[]>(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return {
    items,
    error: query.error,
    isLoading: query.isLoading,
    isFetching: query.isFetching,
    hasMore: query.hasNextPage,
    more: () => query.fetchNextPage(),
    again: () => query.refetch(),
  }
}
