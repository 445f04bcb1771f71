import { describe, expect, it } from 'vitest'
import { SHADES, TURNS } from '@/components/map/palette'
import { changes, shaded, turned } from './painting'

const WORDS = { title: '上报数', unit: '件', same: '不变', note: '', number: String }

describe('shades', () => {
  const values = new Map<string, number | null>([['a', 0], ['b', 1], ['c', 5], ['d', 9], ['e', null]]) // prettier-ignore
  const { painting, legend } = shaded(values, 'grid', 'light', WORDS)

  it('leave land without anything as it is', () => {
    expect(painting.fill('a', '')).toBeUndefined()
    expect(painting.fill('e', '')).toBeUndefined()
    expect(painting.fill('unknown', '')).toBeUndefined()
    expect(painting.note('a')).toBe('')
  })
  it('run from the lightest for the least to the darkest for the most', () => {
    expect(painting.fill('b', '')).toBe(SHADES.light[0])
    expect(painting.fill('d', '')).toBe(SHADES.light.at(-1))
    expect(painting.note('d')).toBe('9')
  })
  it('count every grid that has a value once in the legend', () => {
    expect(legend.classes.reduce((sum, one) => sum + one.count, 0)).toBe(4)
    expect(legend.classes[0]).toEqual({ colour: 'transparent', label: '0', count: 1 })
  })
  it('fill all grids of a street by the street’s value', () => {
    const byStreet = shaded(new Map([['310107005', 4]]), 'street', 'light', WORDS).painting
    expect(byStreet.fill('310107005601001', '310107005')).toBeDefined()
    expect(byStreet.fill('310107006601001', '310107006')).toBeUndefined()
  })
})

describe('changes', () => {
  const now = new Map<string, number | null>([['a', 5], ['b', 2], ['c', null]]) // prettier-ignore
  const then = new Map<string, number | null>([['a', 2], ['d', 6]]) // prettier-ignore
  const difference = changes(now, then)

  it('take what is missing as none, and what cannot be said as unknown', () => {
    expect(Object.fromEntries(difference)).toEqual({ a: 3, b: 2, c: null, d: -6 })
  })
  it('are coloured by their sign', () => {
    const { painting } = turned(difference, 'grid', 'light', WORDS)
    expect(painting.fill('d', '')).toBe(TURNS.light[0])
    expect(TURNS.light.indexOf(painting.fill('a', '') as never)).toBeGreaterThan(3)
    expect(painting.note('a')).toBe('+3')
    expect(painting.fill('c', '')).toBeUndefined()
  })
})
