import { describe, expect, it } from 'vitest'
import type { Place } from './places'
import { bodyOf, linesOf, type Plan } from './plan'

const plan: Plan = {
  what: 'site',
  category: 'water_vending',
  kind: 'campaign',
  firstDay: '2026-11-27',
  days: 2,
  withWeekends: false,
  way: 'duty',
  worker: 'w',
  instructions: ' 看批件 ',
}
const places = ['a', 'b', 'c', 'd'].map((id) => ({ id, gridCode: 'g', name: id, at: [0, 0], task: null }) as Place)

describe('the plan', () => {
  const lines = linesOf(plan, places)
  it('deals places to working days', () =>
    expect(lines.map((one) => one.place.id + one.day.slice(-2))).toEqual(['a27', 'b27', 'c30', 'd30']))
  it('becomes one call with a day for each place', () => {
    const body = bodyOf(plan, lines)
    expect(body).toMatchObject({ by_responsibility: true, assignee_id: null, instructions: '看批件' })
    expect(body.places?.[2]).toEqual({ site_id: 'c', due_at: '2026-11-30T23:59:59+08:00' })
  })
  it('names grids as grids, and the worker only where one is chosen', () => {
    const body = bodyOf({ ...plan, what: 'grid', way: 'worker' }, lines.slice(0, 1))
    expect(body).toMatchObject({ by_responsibility: false, assignee_id: 'w' })
    expect(body.places).toEqual([{ grid_code: 'a', due_at: '2026-11-27T23:59:59+08:00' }])
  })
})
