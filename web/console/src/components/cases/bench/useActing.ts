// Doing at a bench: the next row opens at once, the server is told meanwhile; after a refusal the row is there again.
import { onScopeDispose, watch, type Ref } from 'vue'
import { ElMessage } from 'element-plus'
import { useI18n } from 'vue-i18n'
import { asProblem } from '@/api'
import { sentenceOf, showProblem } from '@/composables/act'
import { actOn, caseChanged, type Allowed, type Desk, type Details } from '../desk'
import { useActionWords } from '../useCaseAct'
import type { BulkAnswer } from './bulk'
import { afterwards, type Row } from './rows'
import type { useSelection } from './useSelection'
import type { useUndo } from './useUndo'

/** Lists are asked again when acts have paused for so long, not after every one of three hundred. */
const PAUSE_MS = 1200
const SAID_MS = 1800

type Place = {
  items: Ref<Row[]>
  rows: Ref<Row[]>
  openId: Ref<string>
  open: (id: string) => void
  tab: () => string
  selection: ReturnType<typeof useSelection>
  undoing: ReturnType<typeof useUndo>
}

/** Asks for lists again once acts have paused and none is under way. */
function useSettling(pending: Set<string>) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const settle = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (pending.size) return settle()
      timer = undefined
      caseChanged()
    }, PAUSE_MS)
  }
  onScopeDispose(() => {
    if (timer === undefined) return
    clearTimeout(timer)
    caseChanged()
  })
  return settle
}

export function useActing({ items, rows, openId, open, tab, selection, undoing }: Place) {
  const { t } = useI18n()
  const { inWords } = useActionWords()
  const pending = new Set<string>()
  const settle = useSettling(pending)
  watch(items, () => selection.keepOnly(pending)) // a fresh list knows itself what has gone

  const leave = (ids: string[]): void => {
    const left = rows.value.filter((one) => !ids.includes(one.id))
    const next = ids.includes(openId.value) ? afterwards(rows.value, openId.value) : openId.value
    selection.hide(ids)
    open((next && !ids.includes(next) ? next : left[0]?.id) ?? '')
  }
  const perform = async (desk: Desk, allowed: Allowed, details: Details): Promise<void> => {
    const { id } = desk.referral
    const name = desk.site?.name ?? ''
    pending.add(id)
    leave([id])
    try {
      await actOn(id, allowed.action, details)
      const message = t('cases.act.done', { act: inWords(allowed.action), name })
      ElMessage({ type: 'success', message, duration: SAID_MS })
      if (allowed.undone_by) undoing.remember({ ids: [id], undoneBy: allowed.undone_by, name, tab: tab() })
    } catch (error) {
      selection.bringBack([id])
      selection.refuse(id, sentenceOf(asProblem(error)))
      showProblem(error)
    } finally {
      pending.delete(id)
      settle()
    }
  }
  const bulkDone = (answer: BulkAnswer, allowed: Allowed, tried: Row[]): void => {
    const done = selection.takeBulk(answer)
    leave(done)
    const refused = answer.refused
    const message = t(refused ? 'cases.bulk.someDone' : 'cases.bulk.done', { n: done.length, refused })
    ElMessage({ type: refused ? 'warning' : 'success', message, duration: refused ? 6000 : 2500 })
    const name = t('cases.bulk.chosen', { n: tried.length })
    if (allowed.undone_by && done.length) undoing.remember({ ids: done, undoneBy: allowed.undone_by, name, tab: tab() })
  }
  return { perform, bulkDone }
}
