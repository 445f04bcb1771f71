// Borders of streets and of the district, found from the grids alone: neighbours share their corners (the import sees to it),
// so a side that only one grid of a street has is that street's border. Not here: how they are drawn (ground.ts).

export type Ring = number[][]
export type Shape = { code: string; street: string; rings: Ring[] }
export type Line = [number[], number[]]

const name = (corner: number[]): string => `${corner[0]},${corner[1]}`
const sideName = (from: number[], to: number[]): string => {
  const [one, other] = [name(from), name(to)]
  return one < other ? `${one} ${other}` : `${other} ${one}`
}

/** The sides that occur once within each group. */
function borders(shapes: Shape[], groupOf: (shape: Shape) => string): Map<string, Line[]> {
  const seen = new Map<string, { group: string; line: Line; times: number }>()
  for (const shape of shapes) {
    const group = groupOf(shape)
    for (const ring of shape.rings)
      for (let at = 1; at < ring.length; at++) {
        const line: Line = [ring[at - 1]!, ring[at]!]
        const key = `${group} ${sideName(...line)}`
        const known = seen.get(key)
        if (known) known.times++
        else seen.set(key, { group, line, times: 1 })
      }
  }
  const found = new Map<string, Line[]>()
  for (const { group, line, times } of seen.values())
    if (times === 1) found.set(group, [...(found.get(group) ?? []), line])
  return found
}

/** Sides put together end to end, so that dashes and joins run through. */
export function joined(lines: Line[]): Ring[] {
  const ends = new Map<string, number[]>()
  lines.forEach((line, index) => {
    for (const corner of line) ends.set(name(corner), [...(ends.get(name(corner)) ?? []), index])
  })
  const used = new Set<number>()
  const next = (corner: number[]): number | undefined => ends.get(name(corner))?.find((index) => !used.has(index))
  const runs: Ring[] = []
  lines.forEach((line, index) => {
    if (used.has(index)) return
    used.add(index)
    const run = [...line]
    for (let at = next(run.at(-1)!); at !== undefined; at = next(run.at(-1)!)) {
      used.add(at)
      const [from, to] = lines[at]!
      run.push(name(from) === name(run.at(-1)!) ? to : from)
    }
    runs.push(run)
  })
  return runs
}

/** The border of each street, by its code. */
export function streetBorders(shapes: Shape[]): Map<string, Ring[]> {
  const found = borders(shapes, (shape) => shape.street)
  return new Map([...found].map(([street, lines]) => [street, joined(lines)]))
}

/** The border of all of them together. */
export const outerBorder = (shapes: Shape[]): Ring[] => joined(borders(shapes, () => 'all').get('all') ?? [])
