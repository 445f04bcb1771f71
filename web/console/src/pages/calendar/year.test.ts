import { describe, expect, it } from 'vitest'
import { isWorkday, yearSheet } from './year'

const SPECIALS = [
  { day: '2026-10-01', kind: 'holiday' as const, name: '国庆节' },
  { day: '2026-10-10', kind: 'workday' as const, name: '国庆节调休' },
]
const october = yearSheet(2026, SPECIALS)[9]!
const day = (number: number) => october.weeks.flat().find((cell) => cell?.number === number)!

describe('the sheet of a year', () => {
  it('has every day once, in weeks that begin on Monday', () => {
    const days = yearSheet(2028, []).flatMap((month) => month.weeks.flat().filter(Boolean))
    expect(days).toHaveLength(366)
    expect(october.weeks[0]!.slice(0, 4).map((cell) => cell?.number)).toEqual([undefined, undefined, undefined, 1])
  })
  it('knows when offices work: 调休 Saturdays do, holidays do not', () => {
    expect(isWorkday(day(1))).toBe(false) // a Thursday, National Day
    expect(isWorkday(day(10))).toBe(true) // a Saturday worked instead
    expect(isWorkday(day(11))).toBe(false) // a Sunday
    expect(isWorkday(day(12))).toBe(true) // a Monday
  })
})
