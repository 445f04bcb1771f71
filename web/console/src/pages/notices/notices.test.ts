import { describe, expect, it } from 'vitest'
import { placeOf } from './notices'

describe('the page that a notice leads to', () => {
  it('is the case before the report', () => {
    expect(placeOf({ kind: 'to_accept', referral_id: 'r1', report_id: 'p1' })).toEqual({ path: '/cases/r1' })
    expect(placeOf({ kind: 'report_withdrawn', referral_id: null, report_id: 'p1' })).toEqual({ path: '/reports/p1' })
  })
  it('is the desk of what has no case', () => {
    expect(placeOf({ kind: 'calendar_missing', referral_id: null, report_id: null })).toEqual({ path: '/calendar' })
  })
  it('is none where there is nothing to open', () => {
    expect(placeOf({ kind: 'alarm', referral_id: null, report_id: null })).toBeUndefined()
  })
})
