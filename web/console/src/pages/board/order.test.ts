import { expect, it } from 'vitest'
import { byDue } from './order'

it('puts what is due first in front, whatever zone it is written in, and what is never due at the end', () => {
  const rows = [null, '2026-11-25T10:00:00+08:00', '2026-11-25T01:00:00+00:00', null].map((due_at) => ({ due_at }))
  expect(rows.sort(byDue).map((one) => one.due_at)).toEqual([
    '2026-11-25T01:00:00+00:00',
    '2026-11-25T10:00:00+08:00',
    null,
    null,
  ])
})
