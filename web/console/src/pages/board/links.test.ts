import { describe, expect, it } from 'vitest'
import { placeOf, type Link } from './links'

const link = (page: string, query = {}): Link => ({ page, address: null, query }) as Link

describe('the page behind a number', () => {
  it('takes the query of the list as it is', () =>
    expect(placeOf('tasks_overdue', link('tasks', { overdue: 'true' }), () => true)).toEqual({
      path: '/tasks',
      query: { overdue: 'true' },
    }))
  it('is a desk where work goes on, or the list where somebody has no such desk', () => {
    expect(placeOf('to_triage', link('cases'), () => true)?.path).toBe('/triage')
    expect(placeOf('to_triage', link('cases'), (path) => path === '/cases')?.path).toBe('/cases')
  })
  it('is none where nobody has built one', () => expect(placeOf('jobs_failed', link('jobs'), () => true)).toBeNull())
})
