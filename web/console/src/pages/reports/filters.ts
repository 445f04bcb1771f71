// The filters of the list of reports: what stands in the address is what the server is asked. Not here: their fields.
import { addDays, dayStart } from '@/composables/format'
import type { Query } from '@/api'

export type ReportFilter = Query<'/api/v1/reports'>

/** Filters that are taken from the address as they are. */
export const PLAIN = [
  'category', 'outcome', 'severity', 'status', 'verdict', 'flag', 'street', 'grid_code', 'author', 'task_id', 'site_id',
  'department', 'has_referral', 'q',
] as const // prettier-ignore

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** The server's query of what the address says; days count from the district's midnight, both ends included. */
export function filterOf(of: (name: string) => string): ReportFilter {
  const filter: Record<string, string> = {}
  for (const name of PLAIN) if (of(name)) filter[name] = of(name)
  const [from, to] = [of('from'), of('to')]
  if (DAY.test(from)) filter.captured_from = dayStart(from)
  if (DAY.test(to)) filter.captured_to = dayStart(addDays(to, 1))
  return filter as unknown as ReportFilter
}
