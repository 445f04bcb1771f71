import { describe, expect, it } from 'vitest'
import type { Desk } from './desk'
import { movesOf } from './exchange'

type CaseEvent = Desk['events'][number]
let seq = 0
const event = (action: string, at: string, more: Partial<CaseEvent> = {}): CaseEvent => ({
  seq: ++seq,
  at,
  subject_type: 'referral',
  subject_id: 'R',
  action,
  from_status: null,
  to_status: null,
  actor: { id: 'p', name: '陆卫监' },
  reason_code: null,
  reason: null,
  data: {},
  ...more,
})

describe('a dispute out of the history', () => {
  it('keeps dispatches, returns, requests and rulings of this case alone', () => {
    const moves = movesOf(
      [
        event('route', '1', { actor: null, data: { department_id: 'D1' } }),
        event('accept', '2'),
        event('return', '3', { reason_code: 'not_our_function', data: { proposed_department: 'putuo.market' } }),
        event('return', '3', { subject_id: 'another' }),
        event('arbitrate', '5', { data: { legal_basis: '684号令5条', after: { department_id: 'D2' } } }),
      ],
      'R',
    )
    expect(moves.map((one) => one.kind)).toEqual(['sent', 'returned', 'ruled'])
    expect(moves[0]!.department).toBe('D1')
    expect(moves[2]!.department).toBe('D2')
    expect(moves[1]!.proposed).toBe('putuo.market')
    expect(moves[2]!.basis).toBe('684号令5条')
  })
  it('leaves out an escalation that is only the second return again', () => {
    const kinds = movesOf([event('return', '3'), event('escalate', '3'), event('escalate', '9')], 'R').map(
      (m) => m.kind,
    )
    expect(kinds).toEqual(['returned', 'asked'])
  })
})
