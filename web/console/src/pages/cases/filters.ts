// The filter of the case list as it stands in the address: word for word the query of GET /cases.
import type { LocationQuery } from 'vue-router'
import type { Query } from '@/api'

export type CaseQuery = Omit<Query<'/api/v1/cases'>, 'cursor' | 'limit'>
export type Name = keyof CaseQuery

/** Fields of which any of several values will do. */
export const MANY = ['status', 'category', 'severity', 'street', 'department'] as const
const TEXT = [
  'q',
  'grid',
  'function',
  'role',
  'finding',
  'outcome',
  'flag',
  'created_from',
  'created_to',
  'captured_from',
  'captured_to',
  'closed_from',
  'closed_to',
  'handler',
  'due_to',
  'site',
  'report',
  'sort',
  'area',
] as const
const FLAGS = ['emergency', 'photos_waiting', 'overdue', 'located', 'uncalled'] as const
const NUMBERS = ['returned'] as const
export const NAMES: readonly Name[] = [...MANY, ...TEXT, ...FLAGS, ...NUMBERS]

const oneOf = (names: readonly string[], name: string): boolean => names.includes(name)
const parts = (raw: LocationQuery[string] | undefined): string[] =>
  (Array.isArray(raw) ? raw : [raw])
    .flatMap((one) => (one ?? '').split(','))
    .map((one) => one.trim())
    .filter(Boolean)

/** The filter out of an address; what it does not know is left to others. */
export function readFilter(query: LocationQuery): CaseQuery {
  const filter: Record<string, unknown> = {}
  for (const name of NAMES) {
    const raw = query[name]
    if (oneOf(MANY, name)) {
      if (parts(raw).length) filter[name] = parts(raw)
      continue
    }
    const text = (Array.isArray(raw) ? raw[0] : raw) ?? ''
    if (text === '') continue
    if (oneOf(FLAGS, name)) filter[name] = text === 'true' || text === '1'
    else if (oneOf(NUMBERS, name)) {
      if (Number.isInteger(Number(text))) filter[name] = Number(text)
    } else filter[name] = text
  }
  return filter as CaseQuery
}

/** The filter for an address: undefined takes a name out of it. */
export function writeFilter(filter: Partial<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const value = filter[name]
      if (value === undefined || value === null || value === '') return [name, undefined]
      if (Array.isArray(value)) return [name, value.length ? value.join(',') : undefined]
      return [name, String(value)]
    }),
  )
}

/** How many fields narrow the list, the order left out. */
export const countOf = (filter: CaseQuery): number => Object.keys(filter).filter((name) => name !== 'sort').length
