// What a person corrects of an item that could not be applied. Not here: the form.
import type { Schema } from '@/api'

export type Entry = Schema<'QuarantineDetail'>
export type Draft = { kind: string; recordedAt: string; payload: string; note: string }

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** JSON as people read it. */
export const readable = (value: unknown): string => JSON.stringify(value, null, 2)

/** What the form begins with: what the server proposes, else what was sent. */
export function draftOf(entry: Pick<Entry, 'sent' | 'suggestion'>): Draft {
  const sent = record(entry.sent.item)
  const begun = record(entry.suggestion ?? sent)
  return {
    kind: text(begun.kind ?? sent.kind),
    recordedAt: text(begun.recorded_at ?? sent.recorded_at),
    payload: readable(begun.payload ?? sent.payload ?? {}),
    note: '',
  }
}

/** The payload as an object; null where it is none. */
export function payloadOf(draft: Draft): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(draft.payload)
    return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
