// A bench: rows at the left, one of them open at the right, the next fetched ahead. Its state lives in the address.
import { computed, watch, type Ref } from 'vue'
import { useQueryState } from '@/composables/queryState'
import { prefetchDesk } from '../desk'
import { neighbour, upcoming } from './rows'
import { useActing } from './useActing'
import { useCounts, useRows, type Filters, type Tab } from './useRows'
import { useSelection } from './useSelection'
import { useUndo } from './useUndo'

/** More rows are asked for when so few are left below the open one. */
const NEAR_END = 10

export function useBench(tabs: Ref<Tab[]>) {
  const state = useQueryState()
  const tabId = state.text('tab')
  const category = state.text('category')
  const street = state.text('street')
  const address = state.text('case')
  const tab = computed(() => tabs.value.find((one) => one.id === tabId.value) ?? tabs.value[0]!)
  const filters = computed<Filters>(() => ({
    category: (category.value || undefined) as Filters['category'],
    street: street.value || undefined,
  }))
  const pages = useRows(tab, filters)
  const counts = useCounts(tabs, filters)
  const undoing = useUndo()
  const selection = useSelection()
  const rows = computed(() => pages.items.value.filter((one) => !selection.gone.value.has(one.id)))
  const openId = computed(() => address.value || rows.value[0]?.id || '')
  const chosenRows = computed(() => rows.value.filter((one) => selection.chosen.value.has(one.id)))

  const open = (id: string | undefined): void => {
    address.value = id ?? ''
  }
  const acting = useActing({ items: pages.items, rows, openId, open, tab: () => tab.value.id, selection, undoing })
  const move = (by: number): void => {
    const next = neighbour(rows.value, openId.value, by)
    if (!next) return
    open(next)
    const isNearEnd = upcoming(rows.value, next, NEAR_END).length < NEAR_END
    if (isNearEnd && pages.hasMore.value && !pages.isFetching.value) void pages.more()
  }
  const show = (id: string): void => {
    state.set({ tab: id, case: undefined })
    selection.keepOnly(new Set())
    selection.clear()
  }
  const undo = async (): Promise<void> => {
    const last = await undoing.undo()
    if (!last) return
    selection.bringBack(last.ids)
    if (last.tab !== tab.value.id) show(last.tab)
    open(last.ids[0])
  }
  watch(
    [openId, rows],
    () => {
      for (const id of upcoming(rows.value, openId.value)) void prefetchDesk(id)
    },
    { immediate: true },
  )
  return {
    ...{ tab, category, street, pages, counts, rows, openId, chosenRows, done: undoing.done },
    ...{ open, move, show, undo, ...acting },
    ...{ chosen: selection.chosen, refusals: selection.refusals, choose: selection.choose, clear: selection.clear },
  }
}
