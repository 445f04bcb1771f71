// The rows of a table that is taken over: which cells are wrong, mending them, and writing them as a file that can be sent again.
import type { Schema } from '@/api'

export type Checked = Schema<'TaskImport'>
export type Fault = Checked['faults'][number]
export type Row = { number: number; cells: string[]; faults: Fault[] }

/** Rows of a dry run with what is wrong in each; faults of the table as a whole are in `general`. */
export function rowsOf(checked: Checked): { rows: Row[]; general: Fault[] } {
  const known = new Set(checked.rows.map((one) => one.row))
  const rows = checked.rows.map(({ row, cells }) => ({
    number: row,
    cells: [...cells],
    faults: checked.faults.filter((fault) => fault.row === row),
  }))
  return { rows, general: checked.faults.filter((fault) => !known.has(fault.row)) }
}

/** What is wrong in the column `heading` of a row; '' asks for what concerns the row, or a column the file lacks. */
export function faultsAt(row: Row, heading: string, headings: string[]): Fault[] {
  return row.faults.filter((fault) =>
    heading ? fault.column === heading : fault.column === null || !headings.includes(fault.column),
  )
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** The table as CSV in UTF-8, as the import reads it. Rows without any cell are left out. */
export function csvOf(headings: string[], rows: { cells: string[] }[]): string {
  const lines = [headings, ...rows.map((one) => one.cells).filter((cells) => cells.some((cell) => cell.trim()))]
  return '\ufeff' + lines.map((cells) => cells.map(quoted).join(',')).join('\r\n') + '\r\n'
}
