import { describe, expect, it } from 'vitest'
import { bars, dayAt, firstWindow, moved, nextWindow, shareOf } from './slider'

const PERIOD = { from: '2026-11-01', to: '2026-11-30' }

describe('the window of the time slider', () => {
  it('stays within the period, whichever end is moved', () => {
    const window = { from: '2026-11-10', to: '2026-11-16' }
    expect(moved(window, 'from', -30, PERIOD).from).toBe('2026-11-01')
    expect(moved(window, 'from', 30, PERIOD)).toEqual({ from: '2026-11-16', to: '2026-11-16' })
    expect(moved(window, 'to', 30, PERIOD).to).toBe('2026-11-30')
    expect(moved(window, 'both', 30, PERIOD)).toEqual({ from: '2026-11-24', to: '2026-11-30' })
    expect(moved(window, 'both', -30, PERIOD)).toEqual({ from: '2026-11-01', to: '2026-11-07' })
  })
  it('plays to the end of the period and no further', () => {
    expect(nextWindow({ from: '2026-11-01', to: '2026-11-07' }, 'week', PERIOD)).toEqual({
      from: '2026-11-08',
      to: '2026-11-14',
    })
    expect(nextWindow({ from: '2026-11-22', to: '2026-11-28' }, 'week', PERIOD)).toEqual({
      from: '2026-11-29',
      to: '2026-11-30',
    })
    expect(nextWindow({ from: '2026-11-29', to: '2026-11-30' }, 'week', PERIOD)).toBeNull()
  })
  it('begins where it was, or at the beginning', () => {
    expect(firstWindow(null, 'week', PERIOD)).toEqual({ from: '2026-11-01', to: '2026-11-07' })
    expect(firstWindow(PERIOD, 'day', PERIOD)).toEqual({ from: '2026-11-01', to: '2026-11-01' })
    const middle = { from: '2026-11-05', to: '2026-11-06' }
    expect(firstWindow(middle, 'day', PERIOD)).toEqual(middle)
  })
  it('knows the place of a day and the day of a place', () => {
    expect(shareOf('2026-11-16', PERIOD)).toBe(0.5)
    expect(dayAt(0.5, PERIOD)).toBe('2026-11-16')
    expect(dayAt(2, PERIOD)).toBe('2026-11-30')
    expect(dayAt(-1, PERIOD)).toBe('2026-11-01')
  })
})

describe('bars', () => {
  it('lose nothing, whether a day each or several together', () => {
    const counts = new Map([
      ['2026-11-01', 3],
      ['2026-11-02', 4],
      ['2026-11-30', 5],
      ['2026-12-01', 100],
    ])
    for (const most of [30, 10, 7]) {
      const found = bars(counts, PERIOD, most)
      expect(found.length).toBeLessThanOrEqual(most)
      expect(found.reduce((sum, one) => sum + one.count, 0)).toBe(12)
      expect(found.reduce((sum, one) => sum + one.days, 0)).toBe(30)
    }
  })
})
