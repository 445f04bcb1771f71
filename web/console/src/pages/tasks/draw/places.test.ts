import { describe, expect, it } from 'vitest'
import type { GridShape } from '@/components/map/grids'
import type { LonLat } from '@/components/map/map'
import { gridsIn, sitesIn, type SiteFeature, type TaskFeature } from './places'

const ring: LonLat[] = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
  [0, 0],
]
const site = (id: string, at: LonLat, values = {}): SiteFeature =>
  ({
    id,
    geometry: { coordinates: at },
    properties: { name: id, grid_code: 'g1', status: 'active', ...values },
  }) as unknown as SiteFeature
const task = (site_id: string | null, grid_code: string): TaskFeature =>
  ({ id: 't', properties: { code: 'T1', site_id, grid_code, assignee_name: '张伟' } }) as unknown as TaskFeature
const grid = (code: string, west: number): GridShape => {
  const ring = [[west, 1], [west + 2, 1], [west + 2, 3], [west, 3], [west, 1]] // prettier-ignore
  const geometry = { type: 'MultiPolygon' as const, coordinates: [[ring]] }
  return { code, name: code, street: '1', streetName: '', area: 1, geometry }
}

describe('what lies in a drawn area', () => {
  it('takes sites that can be visited, neighbours together, with the task they have', () => {
    const sites = [
      site('b', [5, 6]),
      site('out', [11, 5]),
      site('shut', [5, 5], { status: 'closed' }),
      site('lost', [5, 5], { grid_code: null }),
      site('a', [5, 2]),
    ]
    const found = sitesIn(ring, sites, [task('b', 'g1')])
    expect(found.map((one) => [one.id, one.task?.code ?? null])).toEqual([
      ['a', null],
      ['b', 'T1'],
    ])
  })
  it('takes grids by their centre; the task of a site leaves its grid free', () => {
    const grids = [grid('g1', 4), grid('g2', 8.5), grid('g3', 9.5)]
    const found = gridsIn(ring, grids, [task('b', 'g1'), task(null, 'g2')])
    expect(found.map((one) => [one.id, one.task?.who ?? null])).toEqual([
      ['g1', null],
      ['g2', '张伟'],
    ])
  })
})
