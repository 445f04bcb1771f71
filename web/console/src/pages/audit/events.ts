// What an event tells beyond its action: what was before and is after, and whatever else was noted with it.
import type { Query, Schema } from '@/api'
import { addDays, dayStart } from '@/composables/format'

export type Event = Schema<'Event'>
export type EventQuery = Query<'/api/v1/history/events'>
export type Subject = NonNullable<EventQuery['subject_type']>
export type Change = { field: string; before: string; after: string }
export type Fact = { field: string; value: string }

// a record, not a list: the compiler tells when the API knows a subject that stands not here
const KNOWN: Record<Subject, true> = {
  report: true,
  referral: true,
  task: true,
  site: true,
  grid: true,
  grid_version: true,
  grid_responsibility: true,
  user: true,
  device: true,
  sync_item: true,
  department: true,
  rule_set: true,
  calendar: true,
  setting: true,
  webhook: true,
  penalty: true,
  crime_transfer: true,
  export: true,
}
export const SUBJECTS = Object.keys(KNOWN) as Subject[]

const shown = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return '—'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
const asObject = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value }

/** What differs between `before` and `after` of the event; fields that stayed are left out. */
export function changesOf(event: Event): Change[] {
  const data = event.data as Record<string, unknown>
  if (!('before' in data) && !('after' in data)) return []
  const [before, after] = [asObject(data.before), asObject(data.after)]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field, before: shown(before[field]), after: shown(after[field]) }))
    .filter((one) => one.before !== one.after)
}

/** Whatever else was noted with the event. */
export function factsOf(event: Event): Fact[] {
  return Object.entries(event.data as Record<string, unknown>)
    .filter(([field]) => field !== 'before' && field !== 'after')
    .map(([field, value]) => ({ field, value: shown(value) }))
    .filter((one) => one.value !== '—')
}

/** The days of the form as moments: both ends count. */
export const between = (from: string, to: string): Pick<EventQuery, 'from' | 'to'> => ({
  from: from ? dayStart(from) : undefined,
  to: to ? dayStart(addDays(to, 1)) : undefined,
})
