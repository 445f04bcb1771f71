import { describe, expect, it } from 'vitest'
import type { Allowed, Need } from './desk'
import { asksFirst, detailsOf, emptyDraft, inOrder, LETTERS, missingOf, primaryOf } from './acts'

const need = (field: Need['field'], how: Need['need']): Need => ({ field, need: how, choices: null })
const allowed = (action: Allowed['action'], ...needs: Need[]): Allowed => ({ action, undone_by: null, needs })
const route = [need('department', 'one_of'), need('function', 'one_of'), need('reason', 'if_moved')]

describe('what an act needs', () => {
  it('asks for one of the fields that stand for each other', () => {
    expect(missingOf(route, emptyDraft(), null)).toEqual(['department'])
    expect(missingOf(route, { ...emptyDraft(), function: 'fire' }, null)).toEqual([])
  })
  it('asks for a reason only where the case is taken from a department', () => {
    const moved = { ...emptyDraft(), department: 'putuo.market' }
    expect(missingOf(route, moved, null)).toEqual([])
    expect(missingOf(route, moved, 'putuo.market')).toEqual([])
    expect(missingOf(route, moved, 'putuo.health')).toEqual(['reason'])
    expect(missingOf(route, { ...moved, reason: '占道' }, 'putuo.health')).toEqual([])
  })
  it('does not take spaces for words', () => {
    expect(missingOf([need('reason', 'required')], { ...emptyDraft(), reason: '  ' }, null)).toEqual(['reason'])
  })
  it('wants each material to say something', () => {
    const draft = { ...emptyDraft(), materials: [{ title: '笔录', document_no: '', note: '' }] }
    expect(missingOf([need('materials', 'optional')], draft, null)).toEqual(['materials'])
  })
  it('sends only what the act takes', () => {
    const draft = { ...emptyDraft(), department: 'a', reason: ' 因为 ', note: 'left over' }
    expect(detailsOf(route, draft, 4)).toEqual({ version: 4, department: 'a', reason: '因为' })
  })
})

describe('acts as buttons', () => {
  it('does at once what only takes a note', () => {
    expect(asksFirst(allowed('confirm', need('note', 'optional')))).toBe(false)
    expect(asksFirst(allowed('dismiss', need('reason', 'required')))).toBe(true)
    expect(asksFirst(allowed('recall', need('reason', 'optional')))).toBe(false)
  })
  it('puts what leads on first and what ends it last', () => {
    const order = inOrder([allowed('dismiss'), allowed('merge'), allowed('route'), allowed('confirm')])
    expect(order.map((one) => one.action)).toEqual(['confirm', 'route', 'merge', 'dismiss'])
    expect(primaryOf([allowed('merge'), allowed('dismiss')])).toBeUndefined()
  })
  it('has one letter for each act of a status', () => {
    const together: Allowed['action'][][] = [
      ['confirm', 'route', 'merge', 'dismiss'],
      ['accept', 'return', 'route', 'merge', 'recall'],
      ['route', 'merge', 'dismiss', 'escalate'],
      ['assign', 'start_handling', 'transfer', 'handle'],
      ['start_verifying', 'close', 'reopen', 'route', 'start_handling'],
    ]
    for (const actions of together) {
      const letters = actions.map((one) => LETTERS[one])
      expect(new Set(letters).size).toBe(actions.length)
      expect(letters).not.toContain('j')
      expect(letters).not.toContain('u')
    }
  })
})
