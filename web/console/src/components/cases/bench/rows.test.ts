import { describe, expect, it } from 'vitest'
import { afterwards, inCommon, neighbour, upcoming } from './rows'

const rows = ['a', 'b', 'c'].map((id) => ({ id }))

describe('rows of a bench', () => {
  it('goes on to the next row, at the end to the one before', () => {
    expect(afterwards(rows, 'a')).toBe('b')
    expect(afterwards(rows, 'c')).toBe('b')
    expect(afterwards([{ id: 'a' }], 'a')).toBeUndefined()
    expect(afterwards(rows, 'gone')).toBe('a')
  })
  it('stays at the ends', () => {
    expect(neighbour(rows, 'a', -1)).toBe('a')
    expect(neighbour(rows, 'c', 1)).toBe('c')
    expect(neighbour(rows, undefined, 1)).toBe('a')
    expect(neighbour([], 'x', 1)).toBeUndefined()
  })
  it('fetches ahead what comes next', () => {
    expect(upcoming(rows, 'a')).toEqual(['b', 'c'])
    expect(upcoming(rows, 'c')).toEqual([])
  })
  it('offers what all chosen rows allow', () => {
    expect(
      inCommon([{ allowed_actions: ['confirm', 'route', 'merge'] }, { allowed_actions: ['merge', 'route'] }]),
    ).toEqual(['route', 'merge'])
    expect(inCommon([])).toEqual([])
  })
})
