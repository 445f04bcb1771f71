// A year as twelve sheets of weeks, with holidays and 调休 workdays. Weeks begin on Monday (GB/T 7408).
export type DayKind = 'holiday' | 'workday'
export type Special = { day: string; kind: DayKind; name: string }
export type Cell = { day: string; number: number; isWeekend: boolean; special?: Special } | null
export type Month = { month: number; weeks: Cell[][] }

const DAYS = 7

/** The months 1–12 of `year`; each week has seven cells, null outside the month. */
export function yearSheet(year: number, specials: readonly Special[]): Month[] {
  const found = new Map(specials.map((one) => [one.day, one]))
  return Array.from({ length: 12 }, (_, index) => monthSheet(year, index + 1, found))
}

function monthSheet(year: number, month: number, specials: Map<string, Special>): Month {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const before = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + DAYS - 1) % DAYS
  const cells: Cell[] = Array.from({ length: before }, () => null)
  for (let number = 1; number <= length; number++) {
    const day = `${year}-${String(month).padStart(2, '0')}-${String(number).padStart(2, '0')}`
    cells.push({ day, number, isWeekend: cells.length % DAYS >= 5, special: specials.get(day) })
  }
  while (cells.length % DAYS) cells.push(null)
  const weeks = Array.from({ length: cells.length / DAYS }, (_, week) => cells.slice(week * DAYS, (week + 1) * DAYS))
  return { month, weeks }
}

/** Whether offices work on a day: 调休 makes a weekend a workday, a holiday makes a weekday free. */
export function isWorkday(cell: NonNullable<Cell>): boolean {
  return cell.special ? cell.special.kind === 'workday' : !cell.isWeekend
}
