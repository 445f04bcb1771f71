// The state of a page lives in its address: what is filtered, sorted and opened can be sent to a colleague.
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw, type LocationQueryValue } from 'vue-router'

type Raw = LocationQueryValue | LocationQueryValue[] | undefined

const first = (raw: Raw): string | undefined => (Array.isArray(raw) ? raw[0] : raw) ?? undefined
const every = (raw: Raw): string[] =>
  (Array.isArray(raw) ? raw : [raw]).filter((one): one is string => typeof one === 'string' && one !== '')

/** How changes go into the history: `replace` for filters, `push` for what the Back button should undo. */
type How = { push?: boolean }

// Several values set in one tick become one navigation, or the later would overwrite the earlier.
let pending: { query: LocationQueryRaw; push: boolean } | null = null

export function useQueryState() {
  const route = useRoute()
  const router = useRouter()

  /** Changes several values at once; undefined, '' and [] leave the address. */
  const set = (changes: Record<string, string | string[] | undefined>, how: How = {}): void => {
    const isFirst = pending === null
    pending ??= { query: { ...route.query }, push: false }
    pending.push ||= how.push ?? false
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value.length === 0) delete pending.query[name]
      else pending.query[name] = value
    }
    if (!isFirst) return
    void Promise.resolve().then(() => {
      const { query, push } = pending!
      pending = null
      void (push ? router.push({ query, hash: route.hash }) : router.replace({ query, hash: route.hash }))
    })
  }
  const text = (name: string, otherwise = '', how: How = {}): WritableComputedRef<string> =>
    computed({
      get: () => first(route.query[name]) ?? otherwise,
      set: (value) => set({ [name]: value === otherwise ? undefined : value }, how),
    })
  const list = (name: string): WritableComputedRef<string[]> =>
    computed({ get: () => every(route.query[name]), set: (value) => set({ [name]: value }) })
  const flag = (name: string): WritableComputedRef<boolean> =>
    computed({ get: () => first(route.query[name]) === '1', set: (value) => set({ [name]: value ? '1' : undefined }) })
  const number = (name: string, otherwise: number): WritableComputedRef<number> =>
    computed({
      get: () => {
        const value = Number(first(route.query[name]) ?? NaN)
        return Number.isFinite(value) ? value : otherwise
      },
      set: (value) => set({ [name]: value === otherwise ? undefined : String(value) }),
    })
  return { set, text, list, flag, number }
}
