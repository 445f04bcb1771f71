// How many there are and how they divide: the numbers beside the map, of exactly what its filters mean.
import { computed, type Ref } from 'vue'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { bytes, client, unwrap, type Schema } from '@/api'
import { decode } from '@/components/map/points/decode'
import type { Kind } from '@/components/map/palette'
import { queryOf, searchOf, type Filters } from './filters'

type Counts = Schema<'Summary'>['category']
/** `located`: of all, those that stand on the map. Where the server does not divide them, the lists are empty. */
export type Sums = {
  total: number
  located: number
  category: Counts
  status: Counts
  severity: Counts
  street: Counts
  department: Counts
  bars: { since: string; count: number }[]
}
export type Step = 'day' | 'week' | 'month'
const WORLD = { z: 0, x: 0, y: 0 }

async function fetchSums(kind: Kind, asked: Record<string, string>, step: Step, signal: AbortSignal): Promise<Sums> {
  const query = { ...asked, step } as object
  if (kind === 'reports') return unwrap(client.GET('/api/v1/map/summary', { params: { query }, signal }))
  if (kind === 'referrals') return unwrap(client.GET('/api/v1/map/summary/referrals', { params: { query }, signal }))
  // one tile of the whole world counts what the others show
  const body = await bytes(`/api/v1/map/tiles/${kind}/0/0/0.mvt?${searchOf(asked)}`, signal)
  const points = body ? decode(kind, WORLD, body) : []
  const located = points.reduce((sum, one) => sum + one.count, 0)
  const total =
    kind === 'tasks' ? (await unwrap(client.GET('/api/v1/tasks/counts', { params: { query: asked } }))).total : located
  const codes = ['illegal_practice', 'unlicensed_business', 'water_vending'] as const
  const category = codes
    .map((code, at) => ({ code: code as string, count: points.reduce((sum, one) => sum + one.shares[at]!, 0) }))
    .filter((one) => one.count > 0)
  return { total, located, category, status: [], severity: [], street: [], department: [], bars: [] }
}

export function useSums(
  kind: Kind,
  filters: Ref<Filters>,
  enabled: Ref<boolean>,
  area?: Ref<string>,
  step?: Ref<Step>,
) {
  const asked = computed(() => queryOf(kind, filters.value, area?.value ?? ''))
  const { data, isFetching, error } = useQuery({
    queryKey: computed(() => ['map', 'sums', kind, asked.value, step?.value ?? 'day']),
    queryFn: ({ signal }) => fetchSums(kind, asked.value, step?.value ?? 'day', signal),
    placeholderData: keepPreviousData,
    enabled,
  })
  return { sums: computed<Sums | null>(() => data.value ?? null), isFetching, error, asked }
}

/** Days with their counts, of several kinds together. */
export function byDay(all: (Sums | null)[]): Map<string, number> {
  const days = new Map<string, number>()
  for (const { since, count } of all.flatMap((one) => one?.bars ?? [])) days.set(since, (days.get(since) ?? 0) + count)
  return days
}
