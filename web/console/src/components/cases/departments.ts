// Choosing among departments. Not here: which ones there are (the desk says it).
import type { Choice } from './desk'

/** Those whose name, code or function holds every word typed. */
export function narrowed(choices: Choice[], typed: string): Choice[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return choices
  return choices.filter((one) => {
    const text = [one.name, one.name_en, one.code, ...one.functions.flatMap((held) => [held.zh, held.en])]
      .join(' ')
      .toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The place `by` further in a list that goes round; from nowhere to its first or last. */
export function nextIndex(at: number, by: number, count: number): number {
  if (count === 0) return -1
  if (at < 0) return by > 0 ? 0 : count - 1
  return (at + by + count) % count
}
