import { describe, expect, it } from 'vitest'
import { askingFor, partOf } from './asking'
import type { Filters } from './filters'

const FILTERS: Filters = {
  category: 'water_vending', severity: '', street: '', grid: '', department: '', outcome: '',
  reportStatus: [], caseStatus: [], taskStatus: [], from: '2026-11-01', to: '2026-11-30',
} // prettier-ignore

describe('what tiles are asked for', () => {
  it('asks only for layers that are on', () => {
    expect(Object.keys(askingFor(['grids', 'sites'], FILTERS, null))).toEqual(['sites'])
  })
  it('narrows by the slider’s window what has a time, and nothing else', () => {
    const asking = askingFor(['referrals', 'sites'], FILTERS, { from: '2026-11-03', to: '2026-11-03' })
    expect(asking.referrals).toEqual({
      whole: 'category=water_vending&captured_from=2026-11-01&captured_to=2026-11-30',
      part: 'category=water_vending&captured_from=2026-11-03&captured_to=2026-11-03',
    })
    expect(asking.sites).toEqual({ whole: 'category=water_vending', part: null })
  })
  it('takes whole days of the district', () => {
    const part = partOf({ from: '2026-11-03', to: '2026-11-03' })!
    expect(part.to - part.from).toBe(86_400)
    expect(new Date(part.from * 1000).toISOString()).toBe('2026-11-02T16:00:00.000Z')
    expect(partOf(null)).toBeNull()
  })
})
