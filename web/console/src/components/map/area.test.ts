import { describe, expect, it } from 'vitest'
import { areaOf, circleRing, MOST_CORNERS, readArea, writeArea } from './area'
import type { LonLat } from './map'

const SQUARE: LonLat[] = [
  [121.39, 31.24],
  [121.4, 31.24],
  [121.4, 31.25],
  [121.39, 31.25],
]

describe('the text of an area', () => {
  it('is that of the format: the published example with six decimals', () => {
    // -120.2,38.5 → -120.95,40.7 → -126.453,43.252: polyline6 of the same line
    const line: LonLat[] = [
      [-120.2, 38.5],
      [-120.95, 40.7],
      [-126.453, 43.252],
    ]
    expect(writeArea(line)).toBe('_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI')
    expect(readArea('_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI')).toEqual(line)
  })
  it('comes back as it was, closed or open', () => {
    expect(readArea(writeArea(SQUARE))).toEqual(SQUARE)
    expect(writeArea([...SQUARE, SQUARE[0]!])).toBe(writeArea(SQUARE))
  })
  it('refuses what is none', () => {
    for (const text of ['', 'x', '_izlhA', '_izlhA~rlgdF', 'ü', '\u0001\u0002']) expect(readArea(text)).toBeNull()
  })
  it('keeps to the most corners the server takes', () => {
    const many = Array.from({ length: 900 }, (_one, at): LonLat => [
      121 + Math.cos(at / 143) / 9,
      31 + Math.sin(at / 143) / 9,
    ])
    expect(readArea(writeArea(many))).toHaveLength(MOST_CORNERS)
  })
})

describe('sizes', () => {
  it('measures a square of a hundredth of a degree', () => {
    expect(areaOf(SQUARE) / (1112 * 951)).toBeCloseTo(1, 2)
  })
  it('makes circles', () => {
    expect(areaOf(circleRing([121.39, 31.24], 500).slice(0, -1)) / (Math.PI * 500 ** 2)).toBeCloseTo(1, 1)
  })
})
