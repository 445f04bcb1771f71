import { describe, expect, it } from 'vitest'
import { findGrids, type GridMark } from './places'

const grid = (code: string, name: string, street: string): GridMark => ({
  code,
  name,
  street_code: code.slice(0, 9),
  street_name: street,
  external_code: null,
  area_m2: 1,
  version_id: '',
  valid_from: null,
  lead: null,
})
const grids = [
  grid('310107005601001', '曹杨新村街道第一网格', '曹杨新村街道'),
  grid('310107005601002', '曹杨新村街道第二网格', '曹杨新村街道'),
  grid('310107014601001', '长风新村街道第一网格', '长风新村街道'),
]
const codes = (words: string, street = '', most = 50): string[] =>
  findGrids(grids, words, street, most).map((one) => one.code.slice(6, 9) + one.code.slice(-1))

describe('finding a grid by words', () => {
  it('takes every word wherever it stands', () => expect(codes('第一 长风')).toEqual(['0141']))
  it('takes parts of the code', () => expect(codes('601002')).toEqual(['0052']))
  it('stays within the street, and shows all of it without words', () =>
    expect(codes('', '310107005')).toEqual(['0051', '0052']))
  it('never shows more than asked for', () => expect(codes('网格', '', 2)).toHaveLength(2))
})
