import { describe, expect, it } from 'vitest'
import { filterOf } from './filters'

const of = (query: Record<string, string>) => filterOf((name) => query[name] ?? '')

describe('filterOf', () => {
  it('takes what is given and leaves out the rest', () => {
    expect(of({ category: 'water_vending', q: '', nonsense: 'x' })).toEqual({ category: 'water_vending' })
  })
  it('counts both days in whole, in the zone of the district', () => {
    expect(of({ from: '2026-11-01', to: '2026-11-30' })).toEqual({
      captured_from: '2026-11-01T00:00:00+08:00',
      captured_to: '2026-12-01T00:00:00+08:00',
    })
  })
  it('asks for nothing that is no day', () => {
    expect(of({ from: 'yesterday' })).toEqual({})
  })
})
