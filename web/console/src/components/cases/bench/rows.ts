// Rows of a bench: where one stands, what comes next, what a selection has in common. No server, no screen.
import type { Schema } from '@/api'
import type { ActionCode } from '../desk'

export type Row = Schema<'Case'> & { photo?: string | null }

/** The row that opens when `id` leaves the list: the one after it, else the one before it. */
export function afterwards(rows: { id: string }[], id: string): string | undefined {
  const at = rows.findIndex((one) => one.id === id)
  if (at < 0) return rows[0]?.id
  return (rows[at + 1] ?? rows[at - 1])?.id
}

/** The row `by` further; stays at the ends. */
export function neighbour(rows: { id: string }[], id: string | undefined, by: number): string | undefined {
  const at = rows.findIndex((one) => one.id === id)
  if (at < 0) return rows[0]?.id
  return rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.id
}

/** The rows after `id` that are worth fetching ahead. */
export function upcoming(rows: { id: string }[], id: string | undefined, count = 2): string[] {
  const at = rows.findIndex((one) => one.id === id)
  return rows.slice(at + 1, at + 1 + count).map((one) => one.id)
}

/** Acts that every one of the rows allows, in the order of the first. */
export function inCommon(rows: { allowed_actions: ActionCode[] }[]): ActionCode[] {
  const [first, ...others] = rows
  return (first?.allowed_actions ?? []).filter((one) => others.every((row) => row.allowed_actions.includes(one)))
}
