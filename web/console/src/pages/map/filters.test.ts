import { describe, expect, it } from 'vitest'
import {
  daysBetween,
  ignoredBy,
  periodBefore,
  presetPeriod,
  queryOf,
  readPeriod,
  searchOf,
  type Filters,
} from './filters'

const NONE: Filters = {
  category: '', severity: '', street: '', grid: '', department: '', outcome: '',
  reportStatus: [], caseStatus: [], taskStatus: [], from: '', to: '',
} // prettier-ignore

describe('how lists are asked', () => {
  it('asks for everything without filters', () => {
    for (const kind of ['reports', 'referrals', 'sites', 'tasks'] as const) expect(queryOf(kind, NONE)).toEqual({})
  })
  it('means the same days for reports (moments) and cases (days)', () => {
    const filters = { ...NONE, from: '2026-11-01', to: '2026-11-30' }
    expect(queryOf('reports', filters)).toEqual({
      captured_from: '2026-11-01T00:00:00+08:00',
      captured_to: '2026-12-01T00:00:00+08:00',
    })
    expect(queryOf('referrals', filters)).toEqual({ captured_from: '2026-11-01', captured_to: '2026-11-30' })
    expect(queryOf('sites', filters)).toEqual({})
  })
  it('gives each list its own statuses and the name it has for a grid', () => {
    const filters = { ...NONE, grid: '310107005601001', reportStatus: ['referred', 'closed'], caseStatus: ['routed'] }
    expect(queryOf('reports', filters)).toEqual({ grid_code: '310107005601001', status: 'referred,closed' })
    expect(queryOf('referrals', filters)).toEqual({ grid: '310107005601001', status: 'routed' })
  })
  it('puts an area into an address without harm', () => {
    const search = searchOf(queryOf('tasks', NONE, '_svqz@_ktpfF?_pR_pR??~oR'))
    expect(new URLSearchParams(search).get('area')).toBe('_svqz@_ktpfF?_pR_pR??~oR')
  })
  it('says what does not narrow a kind', () => {
    expect(ignoredBy('sites', { ...NONE, severity: 'high', from: '2026-11-01' })).toEqual(['severity', 'from'])
    expect(ignoredBy('reports', { ...NONE, severity: 'high', from: '2026-11-01' })).toEqual([])
  })
})

describe('periods', () => {
  it('knows presets, also over the ends of months and years', () => {
    expect(presetPeriod('days7', '2026-11-03')).toEqual({ from: '2026-10-28', to: '2026-11-03' })
    expect(presetPeriod('lastMonth', '2027-01-15')).toEqual({ from: '2026-12-01', to: '2026-12-31' })
    expect(presetPeriod('lastMonth', '2028-03-31')).toEqual({ from: '2028-02-01', to: '2028-02-29' })
  })
  it('finds the period before', () => {
    expect(periodBefore({ from: '2026-11-08', to: '2026-11-14' })).toEqual({ from: '2026-11-01', to: '2026-11-07' })
    expect(daysBetween({ from: '2026-11-08', to: '2026-11-14' })).toBe(7)
  })
  it('reads only what is a period', () => {
    expect(readPeriod('2026-11-01..2026-11-07')).toEqual({ from: '2026-11-01', to: '2026-11-07' })
    for (const text of ['', '2026-11-07..2026-11-01', '2026-11-01', 'x..y']) expect(readPeriod(text)).toBeNull()
  })
})
