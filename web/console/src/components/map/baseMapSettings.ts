// The settings of the district that maps need, asked of the server once.
import { client, unwrap, type Schema } from '@/api'
import type { QueryClient } from '@tanstack/vue-query'

const KEY = ['settings'] as const
const HOUR = 3_600_000

/** Name, bounds, base map and the like. Throws ApiProblem. */
export const districtSettings = (queries: QueryClient): Promise<Schema<'DistrictSettings'>> =>
  queries.fetchQuery({ queryKey: KEY, queryFn: () => unwrap(client.GET('/api/v1/settings')), staleTime: HOUR })
