import { describe, expect, it } from 'vitest'
import { filtersOf, percentOf } from './exports'

describe('the filters of an export', () => {
  it('are those of the list, without what only turns pages', () => {
    expect(filtersOf({ status: ['routed'], street: '', q: undefined, limit: 50, cursor: 'x', overdue: false })).toEqual(
      {
        status: ['routed'],
        overdue: false,
      },
    )
  })
})

describe('how far an export is', () => {
  it('is unknown before the rows are counted, and never 100 before the file is there', () => {
    expect(percentOf({ status: 'waiting', rows_done: 0, rows_total: null })).toBeNull()
    expect(percentOf({ status: 'running', rows_done: 500, rows_total: 1000 })).toBe(50)
    expect(percentOf({ status: 'running', rows_done: 1000, rows_total: 1000 })).toBe(99)
    expect(percentOf({ status: 'running', rows_done: 0, rows_total: 0 })).toBe(0)
    expect(percentOf({ status: 'done', rows_done: 0, rows_total: 0 })).toBe(100)
  })
})
