import { describe, expect, it } from 'vitest'
import { figureQuery, isTimed } from './figures'
import type { Filters } from './filters'

const FILTERS: Filters = {
  category: 'water_vending', severity: 'high', street: '310107005', grid: '310107005601001', department: 'putuo.cdc',
  outcome: 'problem', reportStatus: ['referred'], caseStatus: ['routed'], taskStatus: ['planned'],
  from: '2026-11-01', to: '2026-11-30',
} // prettier-ignore

describe('the query of a figure', () => {
  it('has all filters of reports for figures of reports', () => {
    expect(figureQuery('problems', 'street', FILTERS)).toEqual({
      figure: 'problems',
      by: 'street',
      category: 'water_vending',
      severity: 'high',
      street: '310107005',
      grid_code: '310107005601001',
      department: 'putuo.cdc',
      outcome: 'problem',
      status: 'referred',
      captured_from: '2026-11-01T00:00:00+08:00',
      captured_to: '2026-12-01T00:00:00+08:00',
    })
  })
  it('leaves out what the server would refuse', () => {
    expect(Object.keys(figureQuery('open_tasks', 'grid', FILTERS)).sort()).toEqual(
      ['by', 'category', 'figure', 'grid_code', 'street'].sort(),
    )
    expect(figureQuery('open_cases', 'grid', FILTERS)).not.toHaveProperty('status')
    expect(isTimed('open_tasks')).toBe(false)
    expect(isTimed('problem_rate')).toBe(true)
  })
})
