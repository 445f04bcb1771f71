// Which grids of the answer are meant by the filters, and what of them ends soon.
import type { Schema } from '@/api'
import { addDays } from '@/composables/format'

export type GridDuty = Schema<'GridDuty'>
export type Duty = Schema<'Duty'>
export type Show = 'all' | 'without' | 'ending'
export const SOON_DAYS = 30

export const everybody = (grid: GridDuty): Duty[] => [
  ...(grid.lead ? [grid.lead] : []),
  ...grid.backups,
  ...grid.helpers,
]

/** Whether somebody's duty for the grid ends within SOON_DAYS of `day`. */
export function endsSoon(grid: GridDuty, day: string): boolean {
  const limit = addDays(day, SOON_DAYS)
  return everybody(grid).some((one) => one.valid_to !== null && one.valid_to <= limit)
}

/** The grids of the list: `words` are looked for in names, codes and people. */
export function chosenGrids(grids: GridDuty[], show: Show, words: string, day: string): GridDuty[] {
  const wanted = words.trim().toLowerCase()
  return grids.filter((grid) => {
    if (show === 'without' && grid.lead) return false
    if (show === 'ending' && !endsSoon(grid, day)) return false
    const text = [grid.name, grid.code, ...everybody(grid).map((one) => one.user_name)].join(' ').toLowerCase()
    return !wanted || text.includes(wanted)
  })
}

/** `codes` with `code` put in, or taken out where it is in already. */
export const toggled = (codes: string[], code: string): string[] =>
  codes.includes(code) ? codes.filter((one) => one !== code) : [...codes, code]
