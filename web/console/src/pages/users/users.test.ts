import { describe, expect, it } from 'vitest'
import { draftOf, grantsOf, makePassword, newDraft } from './users'

describe('roles in the form', () => {
  it('tell the last day and send the first day without', () => {
    const held = {
      role: 'grid_worker' as const,
      street_code: '310107005',
      department: null,
      department_name: null,
      valid_from: '2026-01-01',
      valid_to: '2026-03-01',
    }
    const draft = draftOf(held)
    expect(draft.until).toBe('2026-02-28')
    expect(grantsOf([draft])[0]).toMatchObject({ valid_to: '2026-03-01', street_code: '310107005', department: null })
  })
  it('leave out lines without a role', () => expect(grantsOf([newDraft('2026-01-01')])).toEqual([]))
})

describe('makePassword', () => {
  it('makes four groups of four, different each time', () => {
    const made = new Set(Array.from({ length: 50 }, () => makePassword()))
    expect(made.size).toBe(50)
    for (const one of made) expect(one).toMatch(/^[\w]{4}(-\w{4}){3}$/)
  })
})
