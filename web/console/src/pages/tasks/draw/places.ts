// What lies within an area that was drawn, and which of it has an open task already. Not here: asking for it (DrawTasks).
import { centreOf, isInside } from '@/components/map/inside'
import type { GridShape } from '@/components/map/grids'
import type { LonLat } from '@/components/map/map'
import type { Schema } from '@/api'

export type SiteFeature = Schema<'SiteMap'>['features'][number]
export type TaskFeature = Schema<'TaskMap'>['features'][number]
export type Place = {
  /** A grid's code or a site's id. */
  id: string
  name: string
  gridCode: string
  at: LonLat
  /** The open task it has already. */
  task: { code: string; id: string; who: string | null } | null
}

const markOf = (task: TaskFeature | undefined): Place['task'] =>
  task ? { id: task.id, code: task.properties.code, who: task.properties.assignee_name } : null

/** From south to north, and from west to east where that is equal: neighbours stay together when days are dealt. */
const byPlace = (one: Place, other: Place): number => one.at[1] - other.at[1] || one.at[0] - other.at[0]

/** Sites of the area that lie in a grid and are not closed. */
export function sitesIn(ring: LonLat[], sites: SiteFeature[], tasks: TaskFeature[]): Place[] {
  const busy = new Map(tasks.map((one) => [one.properties.site_id, one]))
  return sites
    .filter((one) => one.properties.status !== 'closed' && one.properties.grid_code !== null)
    .filter((one) => isInside(ring, one.geometry.coordinates as LonLat))
    .map((one) => ({
      id: one.id,
      name: one.properties.name,
      gridCode: one.properties.grid_code!,
      at: one.geometry.coordinates as LonLat,
      task: markOf(busy.get(one.id)),
    }))
    .sort(byPlace)
}

const polygonsOf = ({ geometry }: GridShape): number[][][][] =>
  (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as number[][][][]

/** Grids whose centre lies in the area; a task at a site of theirs does not keep them busy. */
export function gridsIn(ring: LonLat[], grids: GridShape[], tasks: TaskFeature[]): Place[] {
  const whole = tasks.filter((one) => one.properties.site_id === null)
  const busy = new Map(whole.map((one) => [one.properties.grid_code, one]))
  return grids
    .map((grid) => ({ grid, at: centreOf(polygonsOf(grid)) }))
    .filter(({ at }) => isInside(ring, at))
    .map(({ grid, at }) => ({
      id: grid.code,
      name: grid.name,
      gridCode: grid.code,
      at,
      task: markOf(busy.get(grid.code)),
    }))
    .sort(byPlace)
}
