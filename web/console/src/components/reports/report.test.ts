import { describe, expect, it } from 'vitest'
import { answersInWords, findingsInWords } from './report'

const items = new Map([['A-01', { code: 'A-01', zh: '无证', en: 'No licence', answer: { type: 'yes_no' } }]])
const findings = [{ code: 'A-01', note: '', severity: 'high' as const }]

describe('a report in words', () => {
  it('names findings by the checklist and keeps those it does not know', () => {
    const unknown = { code: 'Z-99', note: '', severity: 'low' as const }
    expect(findingsInWords({ findings: [...findings, unknown] }, items).map((one) => one.zh)).toEqual(['无证', ''])
  })
  it('tells yes, no and numbers, and which answers are findings', () => {
    const answers = answersInWords(
      { findings, answers: { 'A-01': true, 'A-02': false, 'A-03': 2 } },
      items,
      'yes',
      'no',
    )
    expect(answers.map((one) => [one.zh, one.text_zh, one.is_finding])).toEqual([
      ['无证', 'yes', true],
      ['A-02', 'no', false],
      ['A-03', '2', false],
    ])
  })
})
