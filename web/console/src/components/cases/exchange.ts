// The dispute about a case, out of its history: who sent it to whom, who gave it back and why, who ruled.
import type { Desk } from './desk'

type CaseEvent = Desk['events'][number]
export type Move = {
  seq: number
  at: string
  kind: 'sent' | 'returned' | 'asked' | 'ruled'
  who: string | null
  code: string | null
  reason: string | null
  /** Id of the department it was sent to, or that gave it back. */
  department: string | null
  /** Code of the department proposed with a return. */
  proposed: string | null
  basis: string | null
}

const KINDS: Partial<Record<string, Move['kind']>> = {
  route: 'sent',
  confirm: 'sent',
  transfer: 'sent',
  return: 'returned',
  escalate: 'asked',
  arbitrate: 'ruled',
}
/** Where an event names the department: with the act, or as what it was before and is after. */
function departmentOf(event: CaseEvent): string | null {
  const { data } = event
  const after = data.after && typeof data.after === 'object' ? (data.after as Record<string, unknown>) : {}
  return text(data.returned_by) ?? text(after.department_id) ?? text(data.department_id)
}
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** The steps of the dispute, oldest first. An escalation that followed a return by itself says nothing new. */
export function movesOf(events: CaseEvent[], referralId: string): Move[] {
  const own = events.filter((one) => one.subject_type === 'referral' && one.subject_id === referralId)
  return own
    .filter((one, at) => {
      const before = own[at - 1]
      return !(one.action === 'escalate' && before?.action === 'return' && before.at === one.at)
    })
    .flatMap((one) => {
      const kind = KINDS[one.action]
      if (!kind) return []
      return {
        seq: one.seq,
        at: one.at,
        kind,
        who: one.actor?.name ?? null,
        code: one.reason_code,
        reason: one.reason,
        department: departmentOf(one),
        proposed: text(one.data.proposed_department),
        basis: text(one.data.legal_basis),
      }
    })
}
