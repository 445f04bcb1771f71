import { describe, expect, it } from 'vitest'
import { chosenGrids, endsSoon, toggled, type GridDuty } from './duties'

const person = (name: string, valid_to: string | null) => ({
  id: name,
  user_id: name,
  user_name: name,
  valid_from: '2026-01-01',
  valid_to,
})
const grid = (code: string, lead: GridDuty['lead']): GridDuty => ({
  code,
  name: `网格${code}`,
  street_code: '310107005',
  street_name: '曹杨新村街道',
  lead,
  backups: [],
  helpers: [],
})
const grids = [grid('1', null), grid('2', person('杨佳怡', '2026-12-25')), grid('3', person('赵海燕', null))]

describe('grids of the list', () => {
  it('are those without a lead, or those whose people end within 30 days', () => {
    expect(chosenGrids(grids, 'without', '', '2026-11-25').map((one) => one.code)).toEqual(['1'])
    expect(chosenGrids(grids, 'ending', '', '2026-11-25').map((one) => one.code)).toEqual(['2'])
    expect(endsSoon(grids[1]!, '2026-11-24')).toBe(false)
  })
  it('are found by the name of a person', () =>
    expect(chosenGrids(grids, 'all', '赵', '2026-11-25').map((one) => one.code)).toEqual(['3']))
  it('are put in and taken out of the selection', () => {
    expect(toggled(['1'], '2')).toEqual(['1', '2'])
    expect(toggled(['1', '2'], '1')).toEqual(['2'])
  })
})
