import { describe, expect, it } from 'vitest'
import { boundsOf, centreOf, isInside } from './inside'
import type { LonLat } from './map'

const L: LonLat[] = [
  [0, 0],
  [4, 0],
  [4, 1],
  [1, 1],
  [1, 4],
  [0, 4],
]

describe('what lies within a drawn area', () => {
  it('follows a bent outline, open or closed', () => {
    for (const ring of [L, [...L, L[0]!]]) {
      expect(isInside(ring, [0.5, 3])).toBe(true)
      expect(isInside(ring, [3, 0.5])).toBe(true)
      expect(isInside(ring, [3, 3])).toBe(false)
      expect(isInside(ring, [-1, 0.5])).toBe(false)
    }
  })
  it('knows its box', () => expect(boundsOf(L)).toEqual([0, 0, 4, 4]))
})

describe('the centre of a grid', () => {
  const square = (west: number, south: number, side: number): number[][] => [
    [west, south],
    [west + side, south],
    [west + side, south + side],
    [west, south + side],
    [west, south],
  ]
  it('is that of its largest part', () => {
    const [lon, lat] = centreOf([[square(0, 0, 1)], [square(121.4, 31.2, 2)]])
    expect(lon).toBeCloseTo(122.4, 9)
    expect(lat).toBeCloseTo(32.2, 9)
  })
  it('is no place where there is no polygon', () => expect(centreOf([])).toEqual([NaN, NaN]))
})
