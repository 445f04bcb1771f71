// What a click on marks means: one thing is opened, a few are listed, many are looked at from nearer. Pure.
import type { Group } from '@/components/map/points/cluster'

const MOST_LISTED = 30

/** Marks that lie over each other as one; the nearest alone where that is a bubble. */
export function merged(groups: Group[]): Group {
  const [first] = groups
  if (groups.length === 1 || groups.some((one) => one.members.some((member) => member.count > 1))) return first!
  return {
    ...first!,
    count: groups.reduce((sum, one) => sum + one.count, 0),
    members: groups.flatMap((one) => one.members),
  }
}

/** True where what is in it can be told one by one and read at a glance. */
export const wantsList = (group: Group): boolean =>
  group.count <= MOST_LISTED && group.members.every((one) => one.id !== null)
