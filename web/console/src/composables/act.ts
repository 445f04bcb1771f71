// Doing something on the server and telling the person how it went: one way for every button.
import { ref } from 'vue'
import { ElMessage, ElNotification } from 'element-plus'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/notification/style/css'
import { asProblem, type ApiProblem } from '@/api'
import { i18n } from '@/app/i18n'
import { queryClient } from '@/app/queries'

const t = (key: string, named: Record<string, unknown> = {}): string =>
  (i18n.global.t as (k: string, n: object) => string)(key, named)

/** A sentence for a refusal: the server's own, or ours where no answer came. */
export function sentenceOf(problem: ApiProblem): string {
  if (problem.code === 'network') return t('problem.network')
  if (problem.code === 'bad_gateway') return t('problem.gateway', { status: problem.status })
  return problem.detail || problem.title
}

/** Shows a refusal; long ones stay until they are closed. */
export function showProblem(error: unknown): void {
  const problem = asProblem(error)
  const fields = problem.errors.map((one) => one.message).filter(Boolean)
  const message = [sentenceOf(problem), ...fields.slice(0, 5)].join('\n')
  ElNotification({
    type: 'error',
    title: t('problem.title'),
    message,
    duration: fields.length ? 0 : 8000,
    customClass: 'lines',
  })
}

type Doing<T> = {
  /** What is said when it went well. */
  done?: string
  /** Queries whose answers are asked again afterwards: the first parts of their keys. */
  refresh?: string[]
  /** Offers to take it back. */
  undo?: () => Promise<unknown>
  after?: (answer: T) => void
}

/** `busy` while something is under way; `act` does it, tells the outcome, and answers undefined after a refusal. */
export function useAct() {
  const busy = ref(false)
  const act = async <T>(work: () => Promise<T>, doing: Doing<T> = {}): Promise<T | undefined> => {
    busy.value = true
    try {
      const answer = await work()
      if (doing.done)
        say(
          doing.done,
          doing.undo ? () => act(doing.undo!, { refresh: doing.refresh, done: t('undo.done') }) : undefined,
        )
      doing.after?.(answer)
      return answer
    } catch (error) {
      showProblem(error)
      return undefined
    } finally {
      busy.value = false
      // also after a refusal: it often means that somebody else was faster
      for (const key of doing.refresh ?? []) void queryClient.invalidateQueries({ queryKey: [key] })
    }
  }
  return { busy, act }
}

function say(message: string, undo?: () => void): void {
  if (!undo) {
    ElMessage({ type: 'success', message, grouping: true })
    return
  }
  const shown = ElNotification({
    type: 'success',
    title: message,
    message: t('undo.offer'),
    duration: 10_000,
    customClass: 'undoable',
    onClick: () => {
      shown.close()
      undo()
    },
  })
}
