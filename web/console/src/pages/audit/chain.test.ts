import { expect, it } from 'vitest'
import { checkAll, share, type Part, type Sum } from './chain'

const part = (change: Partial<Part>): Part => ({
  whole: true,
  seals: 2,
  events: 10,
  first: 1,
  last: 2,
  last_hash: 'a',
  next: null,
  end_checked: false,
  waiting: 0,
  first_break: null,
  discrepancies: [],
  more: false,
  ...change,
})

it('goes on with the next part, and one broken part breaks the whole', async () => {
  const asked: number[] = []
  const told: Sum[] = []
  const parts = [part({ next: 3, whole: false }), part({ last: 4, last_hash: 'b' })]
  await checkAll(
    async (first) => (asked.push(first), parts.shift()!),
    (sum) => told.push(sum),
    () => false,
  )
  expect(asked).toEqual([1, 3])
  expect(told.at(-1)).toMatchObject({ isWhole: false, isOver: true, seals: 4, events: 20, last: 4, lastHash: 'b' })
  expect(share(2, 4)).toBe(50)
})
