import { describe, expect, it } from 'vitest'
import { between, changesOf, factsOf, type Event } from './events'

const event = (data: Record<string, unknown>) => ({ data }) as unknown as Event

describe('what an event tells', () => {
  it('is only what differs', () => {
    const found = changesOf(event({ before: { a: 1, b: 2 }, after: { a: 1, b: 3, c: null }, note: 'x' }))
    expect(found).toEqual([{ field: 'b', before: '2', after: '3' }])
    expect(factsOf(event({ before: {}, after: {}, note: 'x', none: null }))).toEqual([{ field: 'note', value: 'x' }])
  })
  it('takes plain values for before and after', () =>
    expect(changesOf(event({ before: 10, after: 20 }))).toEqual([{ field: 'value', before: '10', after: '20' }]))
  it('counts both days', () =>
    expect(between('2026-11-25', '2026-11-25')).toEqual({
      from: '2026-11-25T00:00:00+08:00',
      to: '2026-11-26T00:00:00+08:00',
    }))
})
