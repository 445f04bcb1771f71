import { describe, expect, it } from 'vitest'
import { dueRange, taskQuery } from './filters'

const OPEN = ['planned', 'assigned']
const TODAY = '2026-11-25'

describe('the query behind an address', () => {
  it('shows what is not finished unless told otherwise', () => {
    expect(taskQuery({}, OPEN, TODAY)).toEqual({ status: 'planned,assigned' })
    expect(taskQuery({ status: 'every' }, OPEN, TODAY)).toEqual({})
    expect(taskQuery({ status: 'done,cancelled' }, OPEN, TODAY)).toEqual({ status: 'done,cancelled' })
  })
  it('reads the words of the server, as links of the board have them', () => {
    const link = { status: 'planned,declined', unassigned: 'true', due_before: '2026-11-26T00:00:00+08:00' }
    expect(taskQuery(link, OPEN, TODAY)).toEqual({ ...link, unassigned: true })
  })
  it('leaves out what is empty or no flag', () =>
    expect(taskQuery({ q: '', overdue: 'false', street: '310107005' }, ['planned'], TODAY)).toEqual({
      street: '310107005',
      status: 'planned',
    }))
})

describe('when time ends', () => {
  it('counts days of the district', () => {
    expect(dueRange('today', TODAY)).toEqual({
      due_after: '2026-11-25T00:00:00+08:00',
      due_before: '2026-11-26T00:00:00+08:00',
    })
    expect(dueRange('week', '2026-12-28').due_before).toBe('2027-01-04T00:00:00+08:00')
  })
  it('knows no other words', () => expect(dueRange('someday', TODAY)).toEqual({}))
})
