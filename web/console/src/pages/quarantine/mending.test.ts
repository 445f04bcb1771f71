import { describe, expect, it } from 'vitest'
import { draftOf, payloadOf, type Entry } from './mending'

const entry = (item: unknown, suggestion: unknown = null) =>
  ({ sent: { item, text: '', sha256: '', received_at: '' }, suggestion }) as Pick<Entry, 'sent' | 'suggestion'>

describe('mending', () => {
  it('begins with what was sent', () => {
    const draft = draftOf(entry({ kind: 'task.start', recorded_at: 't', payload: { task_id: 'X' } }))
    expect([draft.kind, draft.recordedAt, payloadOf(draft)]).toEqual(['task.start', 't', { task_id: 'X' }])
  })
  it('prefers what the server proposes', () => {
    const draft = draftOf(entry({ kind: 'a', payload: { x: 1 } }, { kind: 'b', recorded_at: null, payload: { x: 2 } }))
    expect([draft.kind, payloadOf(draft)]).toEqual(['b', { x: 2 }])
  })
  it('survives what could not be read at all', () => {
    expect(payloadOf(draftOf(entry(null)))).toEqual({})
  })
  it('takes objects alone', () => {
    expect(payloadOf({ kind: '', recordedAt: '', note: '', payload: '[1]' })).toBeNull()
    expect(payloadOf({ kind: '', recordedAt: '', note: '', payload: '{' })).toBeNull()
  })
})
