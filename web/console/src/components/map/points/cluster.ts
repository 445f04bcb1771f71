// Points that lie too near each other to be told apart are drawn as one mark with a number. Pure: no map, no canvas.
import { type Kind, type MapPoint, type SeverityRank } from './types'

/** Things drawn as one mark: one of them, several of a kind, or several kinds. */
export type Group = {
  x: number
  y: number
  count: number
  kinds: { kind: Kind; count: number; severity: SeverityRank; emergencies: number }[]
  members: MapPoint[]
}

/** Within how many pixels things are drawn together: bubbles far out, only what covers each other near by. */
export function reach(zoom: number): number {
  if (zoom < 15.5) return 56
  if (zoom < 17.5) return 22
  return 6
}

type Sum = { x: number; y: number; count: number; members: MapPoint[] }

/** `size`: metres of the map's plane within which points are drawn together. The same points always give the same groups. */
export function grouped(points: readonly MapPoint[], size: number): Group[] {
  const cells = new Map<string, Sum>()
  for (const point of points) {
    const key = `${Math.floor(point.x / size)},${Math.floor(point.y / size)}`
    const sum = cells.get(key)
    if (sum) add(sum, point)
    else cells.set(key, { x: point.x, y: point.y, count: point.count, members: [point] })
  }
  return apart([...cells.values()], size * 0.8).map(told)
}

function add(sum: Sum, point: MapPoint): void {
  const count = sum.count + point.count
  sum.x += ((point.x - sum.x) * point.count) / count
  sum.y += ((point.y - sum.y) * point.count) / count
  sum.count = count
  sum.members.push(point)
}

/** Sums on both sides of a cell's edge become one where they would touch; the larger takes the smaller. */
function apart(sums: Sum[], distance: number): Sum[] {
  const kept: Sum[] = []
  const places = new Map<string, Sum[]>()
  const cell = (value: number): number => Math.floor(value / distance)
  for (const sum of sums.sort((one, other) => other.count - one.count || one.x - other.x || one.y - other.y)) {
    const [column, row] = [cell(sum.x), cell(sum.y)]
    let taker: Sum | undefined
    for (let x = column - 1; x <= column + 1 && !taker; x++)
      for (let y = row - 1; y <= row + 1 && !taker; y++)
        taker = places.get(`${x},${y}`)?.find((one) => Math.hypot(one.x - sum.x, one.y - sum.y) < distance)
    if (taker) {
      taker.count += sum.count
      for (const member of sum.members) taker.members.push(member)
      continue
    }
    kept.push(sum)
    const key = `${column},${row}`
    places.set(key, [...(places.get(key) ?? []), sum])
  }
  return kept
}

const ORDER: Kind[] = ['referrals', 'reports', 'tasks', 'sites']

function told(sum: Sum): Group {
  const kinds: Group['kinds'] = []
  for (const kind of ORDER) {
    let [count, severity, emergencies] = [0, 0 as SeverityRank, 0]
    for (const one of sum.members) {
      if (one.kind !== kind) continue
      count += one.count
      emergencies += one.emergencies
      if (one.severity > severity) severity = one.severity
    }
    if (count) kinds.push({ kind, count, severity, emergencies })
  }
  return { x: sum.x, y: sum.y, count: sum.count, kinds, members: sum.members }
}

/** Far out bubbles say how many there are; from here on marks say what they are. */
export const isNear = (zoom: number): boolean => reach(zoom) < reach(0)

/** The gravest of a group, and how many things there are: a case and the report it speaks of are one. Null for cells. */
export function stackOf(group: Group): { top: MapPoint; number: number } | null {
  if (group.members.some((one) => one.count > 1)) return null
  const spoken = new Set(group.members.map((one) => one.report).filter(Boolean))
  const things = group.members.filter((one) => one.kind !== 'reports' || !spoken.has(one.id))
  const weight = (one: MapPoint): number =>
    (one.emergencies > 0 ? 5 : one.severity) * 4 + (one.kind === 'referrals' ? 3 : one.kind === 'reports' ? 2 : 1)
  const top = things.reduce((best, one) => (weight(one) > weight(best) ? one : best))
  return { top, number: things.length }
}

/** Keeps what was captured from `from` (seconds) up to but not at `to`; things without a time are not asked. */
export function within(points: readonly MapPoint[], from: number | null, to: number | null): MapPoint[] {
  if (from === null && to === null) return points as MapPoint[]
  return points.filter(({ at }) => at === null || ((from === null || at >= from) && (to === null || at < to)))
}

/** How many of each kind. */
export function counted(points: readonly MapPoint[]): Record<Kind, number> {
  const sums: Record<Kind, number> = { reports: 0, referrals: 0, sites: 0, tasks: 0 }
  for (const point of points) sums[point.kind] += point.count
  return sums
}
