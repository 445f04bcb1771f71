import { describe, expect, it } from 'vitest'
import { csvOf, faultsAt, rowsOf, type Checked, type Fault } from './rows'

const fault = (row: number, column: string | null): Fault => ({ row, column, code: 'c', value: null, message: 'm' })
const checked = {
  rows: [
    { row: 3, cells: ['310107005601001', '水'] },
    { row: 4, cells: ['1', ''] },
  ],
  faults: [fault(1, '网格编码'), fault(4, '网格编码'), fault(4, null), fault(4, 'category')],
  headings: ['网格编码', '类别'],
} as unknown as Checked

describe('rows with what is wrong in them', () => {
  const { rows, general } = rowsOf(checked)
  it('keeps faults of the whole table apart', () => expect(general.map((one) => one.row)).toEqual([1]))
  it('finds the faults of a cell, and those that have none', () => {
    expect(rows.map((one) => one.faults.length)).toEqual([0, 3])
    expect(faultsAt(rows[1]!, '网格编码', checked.headings)).toHaveLength(1)
    expect(faultsAt(rows[1]!, '', checked.headings).map((one) => one.column)).toEqual([null, 'category'])
  })
})

describe('the table written again', () => {
  it('quotes what would break it and leaves out empty rows', () =>
    expect(csvOf(['甲', '乙'], [{ cells: ['一,二', '说"好"'] }, { cells: ['', ' '] }])).toBe(
      '\ufeff甲,乙\r\n"一,二","说""好"""\r\n',
    ))
})
