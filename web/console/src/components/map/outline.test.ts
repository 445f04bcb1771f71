import { describe, expect, it } from 'vitest'
import { joined, outerBorder, streetBorders, type Shape } from './outline'

/** Squares of one unit in a row, two of a street each. */
const square = (x: number, street: string): Shape => ({
  code: `${street}-${x}`,
  street,
  rings: [
    [
      [x, 0],
      [x + 1, 0],
      [x + 1, 1],
      [x, 1],
      [x, 0],
    ],
  ],
})
const SHAPES = [square(0, 'a'), square(1, 'a'), square(2, 'b')]
const length = (rings: number[][][]): number =>
  rings
    .flatMap((ring) => ring.slice(1).map((corner, at) => [ring[at]!, corner]))
    .reduce((sum, [from, to]) => sum + Math.hypot(to![0]! - from![0]!, to![1]! - from![1]!), 0)

describe('borders', () => {
  it('leaves out what two grids of a street share', () => {
    const found = streetBorders(SHAPES)
    expect(length(found.get('a')!)).toBe(6)
    expect(length(found.get('b')!)).toBe(4)
  })
  it('goes round all of them once, in one piece', () => {
    const found = outerBorder(SHAPES)
    expect(found).toHaveLength(1)
    expect(length(found)).toBe(8)
    expect(found[0]![0]).toEqual(found[0]!.at(-1))
  })
  it('keeps pieces apart that do not touch', () => {
    expect(outerBorder([square(0, 'a'), square(5, 'a')])).toHaveLength(2)
  })
  it('joins nothing to nothing', () => {
    expect(joined([])).toEqual([])
    expect(outerBorder([])).toEqual([])
  })
})
