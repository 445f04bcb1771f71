import { describe, expect, it } from 'vitest'
import { countOf, readFilter, writeFilter } from './filters'

describe('the filter of the case list', () => {
  it('reads the address as the server reads its query', () => {
    expect(readFilter({ status: 'routed,returned', street: ['310107005', '310107015'], overdue: 'true' })).toEqual({
      status: ['routed', 'returned'],
      street: ['310107005', '310107015'],
      overdue: true,
    })
    expect(readFilter({ returned: '2', emergency: 'false', q: '牙科', case: 'x' })).toEqual({
      returned: 2,
      emergency: false,
      q: '牙科',
    })
  })
  it('leaves out what is empty or no number', () => {
    expect(readFilter({ status: '', q: '', returned: 'many' })).toEqual({})
  })
  it('writes what it reads', () => {
    const filter = { status: ['routed'], category: ['illegal_practice', 'water_vending'], overdue: true, returned: 1 }
    const written = Object.fromEntries(Object.entries(writeFilter(filter)).filter(([, value]) => value !== undefined))
    expect(readFilter(written as never)).toEqual(filter)
    expect(writeFilter({})).toMatchObject({ status: undefined, q: undefined })
  })
  it('counts what narrows', () => {
    expect(countOf({ sort: 'urgent', overdue: true })).toBe(1)
  })
})
