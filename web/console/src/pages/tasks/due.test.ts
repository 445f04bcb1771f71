import { describe, expect, it } from 'vitest'
import { dealToDays, dueMoment, spreadDays } from './due'

describe('ends of time', () => {
  it('are the last second of the day in the district', () =>
    expect(Date.parse(dueMoment('2026-11-25'))).toBe(Date.parse('2026-11-25T15:59:59Z')))
  it('leave out weekends unless wanted', () => {
    expect(spreadDays('2026-11-27', 3, false)).toEqual(['2026-11-27', '2026-11-30', '2026-12-01'])
    expect(spreadDays('2026-11-27', 2, true)).toEqual(['2026-11-27', '2026-11-28'])
    expect(spreadDays('2026-11-28', 1, false)).toEqual(['2026-11-30'])
  })
})

describe('dealing to days', () => {
  const dealt = (count: number, days: string[]): number[] =>
    dealToDays([...Array(count).keys()], days).map((part) => part.items.length)
  it('is even, keeps the order and loses nothing', () => {
    expect(dealt(7, ['a', 'b', 'c'])).toEqual([2, 3, 2])
    expect(dealToDays([...Array(100).keys()], ['a', 'b', 'c']).flatMap((part) => part.items)).toHaveLength(100)
    expect(dealToDays(['x', 'y'], ['a', 'b'])[0]).toEqual({ day: 'a', items: ['x'] })
  })
  it('leaves days empty where there is not enough', () => expect(dealt(1, ['a', 'b', 'c'])).toEqual([1]))
})
