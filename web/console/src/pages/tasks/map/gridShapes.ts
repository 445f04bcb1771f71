// The grids with their shapes, asked for once and kept.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap, type Schema } from '@/api'

export type GridFeature = Schema<'GridFeature'>
const HOUR = 3_600_000
const PAGE = 1000

async function fetchShapes(street: string | undefined): Promise<GridFeature[]> {
  const found: GridFeature[] = []
  let cursor: string | undefined
  do {
    const page = await unwrap(client.GET('/api/v1/grids', { params: { query: { street, limit: PAGE, cursor } } }))
    found.push(...page.features)
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return found
}

/** Grids of `street`, or all one may see. */
export function useGridShapes(street: MaybeRefOrGetter<string | undefined>) {
  const { data, error } = useQuery({
    queryKey: computed(() => ['grids', 'features', toValue(street) || '']),
    queryFn: () => fetchShapes(toValue(street) || undefined),
    staleTime: HOUR,
  })
  const shapes = computed(() => data.value && { type: 'FeatureCollection' as const, features: data.value })
  return { grids: data, shapes, error }
}
