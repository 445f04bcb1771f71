// The state of the review page: tab and filters in the address, rows, the open one, the chosen ones, what can be taken back.
import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useQuery } from '@tanstack/vue-query'
import { queryClient } from '@/app/queries'
import { prefetchReport } from '@/components/reports/report'
import { useAct } from '@/composables/act'
import { usePages } from '@/composables/pages'
import { useQueryState } from '@/composables/queryState'
import { askForPhotos, fetchQueue, markReviewed, neighbour, sendTaskBack, takeBack, type ReviewFilter } from './review'

const AHEAD = 2

type Acting = Pick<ReturnType<typeof useAct>, 'busy' | 'act'> & {
  ids: Ref<string[]>
  openId: Ref<string>
  chosen: Ref<Set<string>>
  taken: Ref<string[][]>
}

/** What is done with the rows; every "reviewed" can be taken back, the last first. */
function useReviewActs({ ids, openId, chosen, taken, busy, act }: Acting) {
  const { t } = useI18n()
  async function review(): Promise<void> {
    const gone = chosen.value.size ? [...chosen.value] : openId.value ? [openId.value] : []
    if (!gone.length || busy.value) return
    const next = neighbour(ids.value, openId.value, new Set(gone))
    const marked = await act(() => markReviewed(gone), {
      done: t('reports.review.done', { n: gone.length }),
      refresh: ['review', 'board'],
    })
    if (!marked) return
    taken.value.push(gone)
    chosen.value.clear()
    openId.value = next
  }
  async function undo(): Promise<void> {
    const last = taken.value.at(-1)
    if (!last || busy.value) return
    const work = () => takeBack(last).then(() => true)
    if (!(await act(work, { done: t('undo.done'), refresh: ['review', 'board'] }))) return
    taken.value.pop()
    openId.value = last[0]!
  }
  const wantPhotos = (id: string) =>
    act(() => askForPhotos(id), { done: t('reports.review.asked'), refresh: ['reports'] })
  const sendBack = (taskId: string, reason: string) =>
    act(() => sendTaskBack(taskId, reason), {
      done: t('reports.review.sentBack'),
      refresh: ['review', 'reports', 'tasks'],
    })
  return { review, undo, wantPhotos, sendBack }
}

export function useReview() {
  const state = useQueryState()
  const [need, category, street, author] = ['need', 'category', 'street', 'author'].map((name) => state.text(name))
  const openId = state.text('open')
  const chosen = ref(new Set<string>())
  const taken = ref<string[][]>([])
  const { busy, act } = useAct()

  const filter = computed(
    () =>
      ({
        need: need!.value || undefined,
        category: category!.value || undefined,
        street: street!.value || undefined,
        author: author!.value || undefined,
      }) as ReviewFilter,
  )
  const pages = usePages(
    () => ['review', filter.value],
    (cursor) => fetchQueue(filter.value, cursor),
  )
  const { data: numbers } = useQuery({
    queryKey: computed(() => ['review', 'counts', { ...filter.value, need: undefined }]),
    queryFn: () => fetchQueue({ ...filter.value, need: undefined }, undefined),
  })
  const rows = pages.items
  const ids = computed(() => rows.value.map((one) => one.report_id))
  const open = computed(() => rows.value.find((one) => one.report_id === openId.value))

  watch([ids, openId], () => {
    if (!openId.value && ids.value.length) openId.value = ids.value[0]!
    const at = ids.value.indexOf(openId.value)
    for (const id of ids.value.slice(at + 1, at + 1 + AHEAD)) void prefetchReport(id)
  })
  const move = (by: number): void => {
    const at = ids.value.indexOf(openId.value)
    openId.value = ids.value[Math.min(Math.max(at + by, 0), ids.value.length - 1)] ?? ''
  }
  const choose = (id: string): void => {
    if (!chosen.value.delete(id)) chosen.value.add(id)
  }
  const again = (): void => void queryClient.invalidateQueries({ queryKey: ['review'] })

  const acts = useReviewActs({ ids, openId, chosen, taken, busy, act })
  return {
    need: need!,
    category: category!,
    street: street!,
    openId,
    chosen,
    taken,
    busy,
    pages,
    numbers,
    rows,
    open,
    move,
    choose,
    again,
    ...acts,
  }
}
