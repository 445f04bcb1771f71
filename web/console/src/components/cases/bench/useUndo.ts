// What was done at a bench and how to take it back, the newest first. It lasts as long as the page.
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ElMessage } from 'element-plus'
import { showProblem } from '@/composables/act'
import { actMany } from './bulk'
import { actOn, caseChanged, type ActionCode } from '../desk'

export type Done = { ids: string[]; undoneBy: ActionCode; name: string; tab: string }

export function useUndo() {
  const { t } = useI18n()
  const done = ref<Done[]>([])
  const isBusy = ref(false)

  const remember = (what: Done): void => {
    done.value = [...done.value.slice(-49), what]
  }
  /** Takes back the newest act. The case of it, so that it can be opened again; undefined where that failed. */
  const undo = async (): Promise<Done | undefined> => {
    const last = done.value.at(-1)
    if (!last || isBusy.value) {
      if (!last) ElMessage({ type: 'info', message: t('cases.bench.nothingToUndo') })
      return undefined
    }
    isBusy.value = true
    try {
      const reason = t('cases.act.undoReason')
      if (last.ids.length === 1) await actOn(last.ids[0]!, last.undoneBy, { reason })
      else
        await actMany(
          last.undoneBy,
          last.ids.map((id) => ({ id })),
          { reason },
        )
      ElMessage({ type: 'success', message: t('cases.bench.undone', { name: last.name }) })
      return last
    } catch (error) {
      showProblem(error)
      return undefined
    } finally {
      done.value = done.value.slice(0, -1)
      isBusy.value = false
      caseChanged()
    }
  }
  return { done, remember, undo }
}
