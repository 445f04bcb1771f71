import { describe, expect, it } from 'vitest'
import { neighbour } from './review'

describe('neighbour', () => {
  const ids = ['a', 'b', 'c', 'd']
  it('goes on to the next row that stays', () => {
    expect(neighbour(ids, 'b', new Set(['b', 'c']))).toBe('d')
  })
  it('goes back where nothing follows, and opens nothing where nothing is left', () => {
    expect(neighbour(ids, 'd', new Set(['d']))).toBe('c')
    expect(neighbour(ids, 'a', new Set(ids))).toBe('')
  })
  it('stays where it is when others leave', () => {
    expect(neighbour(ids, 'a', new Set(['b']))).toBe('a')
  })
})
