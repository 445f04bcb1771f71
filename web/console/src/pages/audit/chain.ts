// Checking the chain of seals part after part. Not here: how a seal is made and verified; the server does that.
import type { Schema } from '@/api'

export type Part = Schema<'CheckedChain'>
export type Sum = {
  isWhole: boolean
  isOver: boolean
  seals: number
  events: number
  last: number | null
  lastHash: string | null
  waiting: number
  breaks: Part['discrepancies']
}

export const NOTHING: Sum = {
  isWhole: true,
  isOver: false,
  seals: 0,
  events: 0,
  last: null,
  lastHash: null,
  waiting: 0,
  breaks: [],
}

/** The sum with one more part looked at. */
export const added = (sum: Sum, part: Part): Sum => ({
  isWhole: sum.isWhole && part.whole,
  isOver: part.next === null,
  seals: sum.seals + part.seals,
  events: sum.events + part.events,
  last: part.last ?? sum.last,
  lastHash: part.last_hash ?? sum.lastHash,
  waiting: part.waiting,
  breaks: [...sum.breaks, ...part.discrepancies],
})

/** Goes on until the end, or until `isStopped`; tells the sum after each part. */
export async function checkAll(
  check: (first: number) => Promise<Part>,
  tell: (sum: Sum) => void,
  isStopped: () => boolean,
): Promise<void> {
  let [sum, first]: [Sum, number | null] = [NOTHING, 1]
  while (first !== null && !isStopped()) {
    const part = await check(first)
    sum = added(sum, part)
    tell(sum)
    first = part.next
  }
}

export const share = (last: number | null, newest: number): number =>
  newest === 0 ? 100 : Math.min(100, Math.round(((last ?? 0) / newest) * 100))
