// What the map is narrowed to, and how each list of the server is asked for exactly the same. Pure.
import { addDays, dayStart } from '@/composables/format'
import type { Kind } from '@/components/map/palette'

/** Days are the district's; both ends count. Empty texts narrow nothing. */
export type Filters = {
  category: string
  severity: string
  street: string
  grid: string
  department: string
  outcome: string
  reportStatus: string[]
  caseStatus: string[]
  taskStatus: string[]
  from: string
  to: string
}
export type Period = { from: string; to: string }
type Asked = Record<string, string>

/** Leaves out what narrows nothing. */
function narrowed(values: Record<string, string | string[]>): Asked {
  const found: Asked = {}
  for (const [name, value] of Object.entries(values)) {
    const text = Array.isArray(value) ? value.join(',') : value
    if (text) found[name] = text
  }
  return found
}

/** The query of `kind`'s list (and tiles, count and file) for these filters within this area. */
export function queryOf(kind: Kind, filters: Filters, area = ''): Asked {
  const { category, severity, street, grid, department, outcome, from, to } = filters
  switch (kind) {
    case 'reports':
      return narrowed({
        category, severity, street, department, outcome, area,
        grid_code: grid,
        status: filters.reportStatus,
        captured_from: from && dayStart(from),
        captured_to: to && dayStart(addDays(to, 1)),
      }) // prettier-ignore
    case 'referrals':
      return narrowed({
        category, severity, street, department, grid, area,
        status: filters.caseStatus,
        captured_from: from,
        captured_to: to,
      }) // prettier-ignore
    case 'tasks':
      return narrowed({ category, street, area, grid_code: grid, status: filters.taskStatus })
    case 'sites':
      return narrowed({ category, street, area, grid_code: grid })
  }
}

/** Names of filters that `kind` has nothing for: what they say does not narrow it. */
export function ignoredBy(kind: Kind, filters: Filters): (keyof Filters)[] {
  const known: Record<Kind, (keyof Filters)[]> = {
    reports: ['category', 'severity', 'street', 'grid', 'department', 'outcome', 'reportStatus', 'from', 'to'],
    referrals: ['category', 'severity', 'street', 'grid', 'department', 'caseStatus', 'from', 'to'],
    tasks: ['category', 'street', 'grid', 'taskStatus'],
    sites: ['category', 'street', 'grid'],
  }
  const others: (keyof Filters)[] = ['severity', 'department', 'from', 'to']
  return others.filter((name) => filters[name].length > 0 && !known[kind].includes(name))
}

/** As the address of a tile wants it. */
export const searchOf = (asked: Asked): string => new URLSearchParams(asked).toString()

/** Whole days from one to the other, both counted. */
export function daysBetween({ from, to }: Period): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000) + 1
}

/** The period just before this one, as long as it. */
export function periodBefore({ from, to }: Period): Period {
  const days = daysBetween({ from, to })
  return { from: addDays(from, -days), to: addDays(from, -1) }
}

export type Preset = 'days7' | 'days30' | 'days90' | 'month' | 'lastMonth' | 'year'
export const PRESETS: Preset[] = ['days7', 'days30', 'days90', 'month', 'lastMonth', 'year']

export function presetPeriod(preset: Preset, today: string): Period {
  const month = `${today.slice(0, 7)}-01`
  switch (preset) {
    case 'days7':
      return { from: addDays(today, -6), to: today }
    case 'days30':
      return { from: addDays(today, -29), to: today }
    case 'days90':
      return { from: addDays(today, -89), to: today }
    case 'month':
      return { from: month, to: today }
    case 'lastMonth': {
      const last = addDays(month, -1)
      return { from: `${last.slice(0, 7)}-01`, to: last }
    }
    case 'year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today }
  }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
/** `2026-11-01..2026-11-07` as a period; null for anything else. */
export function readPeriod(text: string): Period | null {
  const [from, to] = text.split('..')
  return from && to && DAY.test(from) && DAY.test(to) && from <= to ? { from, to } : null
}
export const writePeriod = ({ from, to }: Period): string => `${from}..${to}`
