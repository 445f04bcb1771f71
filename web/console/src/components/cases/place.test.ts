import { describe, expect, it } from 'vitest'
import type { Desk } from './desk'
import { boundsOf, circleFeature, spanAt } from './place'

const position = (accuracy_m: number | null) => ({ lon: 121.4, lat: 31.24, accuracy_m }) as Desk['position']

describe('the place of a case', () => {
  it('is wider in degrees of longitude than of latitude', () => {
    const [dx, dy] = spanAt(31.24, 1000)
    expect(dx).toBeGreaterThan(dy)
    expect(dy).toBeCloseTo(0.00898, 4)
  })
  it('closes its circle and leaves it out without an accuracy', () => {
    const [circle] = circleFeature(position(20)).features
    const ring = (circle!.geometry as { coordinates: number[][][] }).coordinates[0]!
    expect(ring[0]).toEqual(ring.at(-1))
    expect(circleFeature(position(null)).features).toEqual([])
  })
  it('shows neither too little nor a whole city', () => {
    const width = (accuracy: number) => {
      const [west, , east] = boundsOf({ position: position(accuracy) })!
      return east - west
    }
    expect(width(3)).toBe(width(10))
    expect(width(50_000)).toBe(width(5_000))
    expect(boundsOf({ position: null })).toBeUndefined()
  })
})
