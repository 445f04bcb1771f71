// Acts as keys and buttons: which comes first, which letter starts it, what it needs. Who may do what comes from the server.
import type { ActionCode, Allowed, Details, Need } from './desk'

/** The act that Enter starts is the first of these that is allowed. */
const FIRST: ActionCode[] = [
  'confirm',
  'accept',
  'arbitrate',
  'start_handling',
  'handle',
  'start_verifying',
  'close',
  'unmerge',
  'route',
  'reopen',
]
const GRAVE = new Set<ActionCode>(['dismiss', 'return', 'reopen'])

/** One letter for each act; two acts that share one are never allowed at the same time (acts.test.ts). */
export const LETTERS: Partial<Record<ActionCode, string>> = {
  confirm: 'a',
  accept: 'a',
  arbitrate: 'a',
  route: 'c',
  merge: 'm',
  dismiss: 'd',
  escalate: 'e',
  return: 'r',
  start_handling: 's',
  handle: 'h',
  transfer: 't',
  assign: 'g',
  start_verifying: 'v',
  close: 'f',
  reopen: 'o',
  unmerge: 'w',
  recall: 'z',
}

export function inOrder(actions: Allowed[]): Allowed[] {
  const place = (one: Allowed): number => {
    const at = FIRST.indexOf(one.action)
    return at < 0 ? FIRST.length + (GRAVE.has(one.action) ? 1 : 0) : at
  }
  return [...actions].sort((one, other) => place(one) - place(other))
}

export const primaryOf = (actions: Allowed[]): Allowed | undefined => {
  const first = inOrder(actions)[0]
  return first && FIRST.includes(first.action) ? first : undefined
}

export const isGrave = (action: ActionCode): boolean => GRAVE.has(action)

/** Acts that only take a note are done at once; all others ask first. */
export function asksFirst(allowed: Allowed): boolean {
  if (allowed.action === 'close') return true
  return allowed.needs.some((one) => one.field !== 'note' && !(one.field === 'reason' && one.need === 'optional'))
}

export type Draft = {
  reason: string
  note: string
  department: string
  function: string
  target: string
  assignee: string
  return_code: string
  proposed_department: string
  outcome_code: string
  legal_basis: string
  materials: Material[]
}
export type Material = { title: string; sha256?: string; document_no: string; note: string }

export const emptyDraft = (): Draft => ({
  reason: '',
  note: '',
  department: '',
  function: '',
  target: '',
  assignee: '',
  return_code: '',
  proposed_department: '',
  outcome_code: '',
  legal_basis: '',
  materials: [],
})

const isFilled = (draft: Draft, field: Need['field']): boolean => {
  const value = draft[field]
  return typeof value === 'string' ? value.trim() !== '' : value.length > 0
}

/** Fields that must still be filled before the act can be sent. `current`: the department that has the case now. */
export function missingOf(needs: Need[], draft: Draft, current: string | null): Need['field'][] {
  const missing = needs.filter((one) => one.need === 'required' && !isFilled(draft, one.field)).map((one) => one.field)
  const choice = needs.filter((one) => one.need === 'one_of')
  if (choice.length && !choice.some((one) => isFilled(draft, one.field))) missing.push(choice[0]!.field)
  const isMoved = current !== null && draft.department !== '' && draft.department !== current
  for (const one of needs)
    if (one.need === 'if_moved' && isMoved && !isFilled(draft, one.field)) missing.push(one.field)
  if (draft.materials.some((one) => !isWhole(one))) missing.push('materials')
  return missing
}

/** A material has a title, and a photo, a number or words. */
export const isWhole = (one: Material): boolean =>
  one.title.trim() !== '' && !!(one.sha256 || one.document_no.trim() || one.note.trim())

/** What is sent: only the fields that this act takes and that were filled. */
export function detailsOf(needs: Need[], draft: Draft, version?: number): Details {
  const details: Record<string, unknown> = version === undefined ? {} : { version }
  for (const { field } of needs) {
    if (!isFilled(draft, field)) continue
    const value = draft[field]
    details[field] = typeof value === 'string' ? value.trim() : value
  }
  return details as Details
}
