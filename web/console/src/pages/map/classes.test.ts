import { describe, expect, it } from 'vitest'
import { quantiles, spansOf, turns } from './classes'

describe('quantiles', () => {
  it('puts about as many values into each class', () => {
    const values = Array.from({ length: 100 }, (_one, at) => at + 1)
    const classes = quantiles(values, 5)
    const sizes = [0, 0, 0, 0, 0]
    for (const value of values) sizes[classes.of(value)]!++
    expect(sizes).toEqual([20, 20, 20, 20, 20])
    expect(classes.of(1)).toBe(0)
    expect(classes.of(100)).toBe(4)
  })
  it('has fewer classes where values repeat, and never parts equal ones', () => {
    const values = [1, 1, 1, 1, 1, 1, 2, 9]
    const classes = quantiles(values, 5)
    expect(classes.borders[0]).toBe(1)
    expect(classes.of(1)).toBe(0)
    expect(classes.of(9)).toBeGreaterThan(classes.of(1))
    expect(spansOf(quantiles([4, 4], 5), [4, 4])).toEqual([{ from: 4, to: 4, class: 0 }])
  })
  it('says whole numbers without gaps or overlaps', () => {
    const values = Array.from({ length: 20 }, (_one, at) => at)
    const spans = spansOf(quantiles(values, 4), values)
    expect(spans[0]!.from).toBe(0)
    expect(spans.at(-1)!.to).toBe(19)
    for (let at = 1; at < spans.length; at++) expect(spans[at]!.from).toBe(spans[at - 1]!.to + 1)
  })
  it('bears having nothing', () => {
    expect(spansOf(quantiles([], 5), [])).toEqual([])
    expect(quantiles([], 5).of(3)).toBe(0)
  })
})

describe('changes', () => {
  it('are as wide on both sides of none', () => {
    const classes = turns([-5, 2, 0, 1])
    expect(classes.borders).toEqual([-6, -4, -2, 0, 2, 4, 6])
    expect([-6, -4, -1, 0, 1, 4, 6].map(classes.of)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(turns([0, 0]).of(0)).toBe(3)
  })
})
