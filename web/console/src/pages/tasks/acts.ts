// Acting on tasks, one or many: what is sent, what is said afterwards, how it is taken back. Not here: asking (dialogs).
import { ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { client, unwrap, type Body, type Got } from '@/api'
import { may } from '@/app/session'
import { useAct } from '@/composables/act'
import { inLanguage } from '@/composables/words'
import { useWorkflow } from '@/composables/workflow'
import { splitByAction, type TaskAction, type TaskMark, type Transition } from './moves'

type Details = Omit<Body<'/api/v1/tasks/bulk/{action}'>, 'items'>
type Picked = Body<'/api/v1/tasks/bulk/{action}'>['items'][number]
type Outcome = { done: number; refused: { id: string; code: string; message: string }[] }
export type TaskWhole = Got<'/api/v1/tasks/{task_id}'>
export type DeskAction = Extract<TaskAction, 'assign' | 'reassign' | 'complete' | 'send_back' | 'cancel'>

/** What changes with tasks: lists, counts, one of them, loads of workers, the board. */
export const TASK_QUERIES = ['tasks', 'task', 'workers', 'board']
const MOST = 500 // rows that the server takes at once

/** Takes one step on many tasks, in parts that the server takes; `codes` names tasks in what was refused. */
async function stepOnAll(
  action: DeskAction,
  items: Picked[],
  details: Details,
  codes: Map<string, string>,
): Promise<Outcome> {
  const outcome: Outcome = { done: 0, refused: [] }
  for (let start = 0; start < items.length; start += MOST) {
    const body = { ...details, items: items.slice(start, start + MOST) }
    const answer = await unwrap(client.POST('/api/v1/tasks/bulk/{action}', { params: { path: { action } }, body }))
    outcome.done += answer.done
    outcome.refused.push(
      ...answer.items
        .filter((row) => row.result === 'refused')
        .map((row) => ({ id: row.id, code: codes.get(row.id) ?? row.id, message: row.message ?? row.code ?? '' })),
    )
  }
  return outcome
}

/** Cancels tasks by their ids: how a batch just made is taken back. */
export async function cancelAll(ids: string[], reason: string): Promise<void> {
  await stepOnAll(
    'cancel',
    ids.map((id) => ({ id })),
    { reason },
    new Map(),
  )
}

/** Gives tasks back to those who had them. */
const giveBack = (rows: TaskMark[]): Promise<Outcome> =>
  stepOnAll(
    'reassign',
    rows.map((row) => ({ id: row.id, assignee_id: row.assignee_id })),
    {},
    new Map(),
  )

/** Acts with their outcome. `refused` holds what the last one did not do, for a dialog that lists it. */
export function useTaskActs() {
  const { t } = useI18n()
  const { busy, act } = useAct()
  const { cycle, action: wordOf } = useWorkflow()
  const refused = shallowRef<Outcome['refused']>([])
  const isRefusedShown = ref(false)
  const transitions = (): Transition[] => cycle('task').transitions ?? []
  const mayAct = (action: TaskAction): boolean => {
    const found = wordOf('task', action)
    return found !== undefined && may(found.permission)
  }

  /** Each row by the first of `actions` that its status allows; rows that allow none are left alone. */
  async function actOn(
    rows: TaskMark[],
    actions: DeskAction[],
    details: Details,
    own: (row: TaskMark) => Partial<Picked> = () => ({}),
  ): Promise<boolean> {
    const { byAction } = splitByAction(rows, actions, transitions())
    const codes = new Map(rows.map((row) => [row.id, row.code]))
    const outcome = await act(
      async () => {
        const all: Outcome = { done: 0, refused: [] }
        for (const [action, some] of byAction) {
          const items = some.map((row) => ({ id: row.id, version: row.version, ...own(row) }))
          const part = await stepOnAll(action as DeskAction, items, details, codes)
          all.done += part.done
          all.refused.push(...part.refused)
        }
        return all
      },
      { refresh: TASK_QUERIES },
    )
    if (!outcome) return false
    ;[refused.value, isRefusedShown.value] = [outcome.refused, outcome.refused.length > 0]
    if (outcome.done) await say(rows, outcome, actions, byAction)
    return outcome.refused.length === 0
  }

  async function say(
    rows: TaskMark[],
    outcome: Outcome,
    actions: DeskAction[],
    byAction: Map<TaskAction, TaskMark[]>,
  ): Promise<void> {
    const isGiven = actions.includes('assign') || actions.includes('reassign')
    const words = isGiven
      ? t('tasks.did.given', { n: outcome.done })
      : t(`tasks.did.${actions[0]}`, { n: outcome.done })
    const before = rows.filter((row) => row.assignee_id && !outcome.refused.some((one) => one.id === row.id))
    // a task that nobody held cannot become one without anybody again: only changes of hands are taken back
    const back = isGiven && !byAction.has('assign') ? () => giveBack(before) : undefined
    await act(async () => undefined, { done: words, undo: back, refresh: back ? TASK_QUERIES : [] })
  }

  /** The server's word for an act. */
  const actionWord = (action: TaskAction): string => inLanguage(wordOf('task', action)) || action

  return { busy, act, actionWord, actOn, refused, isRefusedShown, transitions, mayAct }
}
