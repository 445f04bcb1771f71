import { describe, expect, it } from 'vitest'
import { counted, grouped, stackOf, within } from './cluster'
import { shortNumber } from './symbols'
import { tileExtent, tilesOver, type MapPoint } from './types'

let made = 0
const point = (x: number, y: number, more: Partial<MapPoint> = {}): MapPoint => ({
  kind: 'reports', x, y, count: 1, id: `id-${made++}`, report: null, category: 'water_vending', shares: [0, 0, 1],
  severity: 0, emergencies: 0, status: '', name: '', at: 100, ...more,
}) // prettier-ignore

describe('grouping', () => {
  it('loses nothing and counts nothing twice, wherever the points lie', () => {
    const points = Array.from({ length: 2000 }, (_one, at) =>
      point(Math.sin(at * 12.9898) * 5000, Math.cos(at * 78.233) * 5000, { count: 1 + (at % 3) }),
    )
    for (const size of [1, 120, 3000]) {
      const groups = grouped(points, size)
      expect(groups.reduce((sum, one) => sum + one.count, 0)).toBe(counted(points).reports)
      expect(groups.reduce((sum, one) => sum + one.members.length, 0)).toBe(points.length)
    }
  })
  it('draws nothing so near to another that they would cover each other', () => {
    const points = Array.from({ length: 500 }, (_one, at) => point((at * 37) % 1000, (at * 91) % 1000))
    const groups = grouped(points, 100)
    for (const one of groups)
      for (const other of groups)
        if (one !== other) expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThanOrEqual(80)
  })
  it('tells kinds apart and the gravest of each', () => {
    const [group] = grouped(
      [point(0, 0), point(1, 0, { severity: 2 }), point(1, 1, { kind: 'referrals', severity: 3, emergencies: 1 })],
      50,
    )
    expect(group!.kinds).toEqual([
      { kind: 'referrals', count: 1, severity: 3, emergencies: 1 },
      { kind: 'reports', count: 2, severity: 2, emergencies: 0 },
    ])
  })
})

describe('what stands at one place', () => {
  it('is one thing where a case and its own report are', () => {
    const report = point(0, 0, { severity: 3 })
    const referral = point(0, 0, { kind: 'referrals', report: report.id, severity: 3 })
    const [group] = grouped([report, referral], 5)
    expect(stackOf(group!)).toEqual({ top: referral, number: 1 })
    const [more] = grouped([report, referral, point(0, 0)], 5)
    expect(stackOf(more!)!.number).toBe(2)
  })
  it('cannot be told of a cell', () => {
    expect(stackOf(grouped([point(0, 0, { count: 4, id: null })], 5)[0]!)).toBeNull()
  })
})

describe('a part of the period', () => {
  it('begins with its first second and ends before its last, and lets what has no time be', () => {
    const points = [point(0, 0, { at: 100 }), point(0, 0, { at: 200 }), point(0, 0, { at: null })]
    expect(within(points, 100, 200).map((one) => one.at)).toEqual([100, null])
    expect(within(points, null, null)).toBe(points)
  })
})

describe('tiles', () => {
  it('cover an extent, each once', () => {
    const extent = tileExtent({ z: 12, x: 3429, y: 1673 })
    const inside = [extent[0] + 1, extent[1] + 1, extent[2] - 1, extent[3] - 1]
    expect(tilesOver(inside, 12)).toEqual([{ z: 12, x: 3429, y: 1673 }])
    expect(tilesOver(inside, 14)).toHaveLength(16)
    expect(tilesOver(inside, 0)).toEqual([{ z: 0, x: 0, y: 0 }])
  })
})

describe('numbers in bubbles', () => {
  it('are never longer than four signs, and never too large', () => {
    const cases = [[7, '7'], [999, '999'], [1000, '1.0k'], [9999, '9.9k'], [12_345, '12k'], [999_999, '999k'], [1_250_000, '1.2M']] as const // prettier-ignore
    for (const [count, text] of cases) expect(shortNumber(count)).toBe(text)
  })
})
