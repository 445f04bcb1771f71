// What a bench remembers about its rows beside what the server says: gone for now, chosen, refused.
import { ref } from 'vue'
import type { BulkAnswer } from './bulk'

export function useSelection() {
  const gone = ref(new Set<string>())
  const chosen = ref(new Set<string>())
  const refusals = ref(new Map<string, string>())

  const choose = (id: string): void => {
    const next = new Set(chosen.value)
    if (!next.delete(id)) next.add(id)
    chosen.value = next
  }
  const clear = (): void => {
    chosen.value = new Set()
    refusals.value = new Map()
  }
  const hide = (ids: string[]): void => {
    gone.value = new Set([...gone.value, ...ids])
  }
  /** Shows rows again: those of `ids`, or all but the ones that `keep` names. */
  const bringBack = (ids: string[]): void => {
    gone.value = new Set([...gone.value].filter((one) => !ids.includes(one)))
  }
  const keepOnly = (keep: ReadonlySet<string>): void => {
    gone.value = new Set([...gone.value].filter((one) => keep.has(one)))
  }
  const refuse = (id: string, why: string): void => {
    refusals.value = new Map(refusals.value).set(id, why)
  }
  /** After an act on many: those that were refused stay chosen and say why. The others are answered. */
  const takeBulk = (answer: BulkAnswer): string[] => {
    const refused = answer.items.filter((one) => one.result !== 'done')
    refusals.value = new Map(refused.map((one) => [one.id, one.message ?? one.code ?? '']))
    chosen.value = new Set(refused.map((one) => one.id))
    return answer.items.filter((one) => one.result === 'done').map((one) => one.id)
  }
  return { gone, chosen, refusals, choose, clear, hide, bringBack, keepOnly, refuse, takeBulk }
}
