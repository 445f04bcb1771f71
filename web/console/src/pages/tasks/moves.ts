// Which act a move on the board means, and why some moves mean none. The life cycle itself comes from the server.
import type { Task } from './filters'

export type TaskAction = Task['actions'][number]
export type TaskStatus = Task['status']
export type Transition = { from: string; action: string; to: string }
/** What the board, the list and the map know of a task. */
export type TaskMark = Pick<
  Task,
  'id' | 'code' | 'title' | 'status' | 'version' | 'assignee_id' | 'assignee_name' | 'grid_code' | 'street_code' | 'category'
> // prettier-ignore

/** Acts of planners; the others are the worker's own, on his phone. */
export const GIVING: TaskAction[] = ['assign', 'reassign']
export const DESK_ACTIONS: TaskAction[] = [...GIVING, 'complete', 'send_back', 'cancel']

export type Move = { action: TaskAction } | { why: 'same' | 'worker' | 'no_step' | 'not_allowed' }

/** What dropping a task with status `from` on the column `to` means; `may` asks for the permission to act. */
export function moveTo(
  from: string,
  to: string,
  transitions: Transition[],
  may: (action: TaskAction) => boolean,
): Move {
  if (from === to) return { why: 'same' }
  const leading = transitions.filter((one) => one.from === from && one.to === to)
  const step = leading.find((one) => DESK_ACTIONS.includes(one.action as TaskAction))
  if (!step) return { why: leading.length ? 'worker' : 'no_step' }
  const action = step.action as TaskAction
  return may(action) ? { action } : { why: 'not_allowed' }
}

/** What dropping a task on a worker means. */
export function moveToWorker(
  task: TaskMark,
  workerId: string,
  transitions: Transition[],
  may: (action: TaskAction) => boolean,
): Move {
  if (task.assignee_id === workerId) return { why: 'same' }
  const step = transitions.find((one) => one.from === task.status && GIVING.includes(one.action as TaskAction))
  if (!step) return { why: 'no_step' }
  const action = step.action as TaskAction
  return may(action) ? { action } : { why: 'not_allowed' }
}

/** `rows` by the first of `actions` that leads on from their status; `none`: those that none of them does. */
export function splitByAction<Row extends { status: string }>(
  rows: Row[],
  actions: TaskAction[],
  transitions: Transition[],
): { byAction: Map<TaskAction, Row[]>; none: Row[] } {
  const byAction = new Map<TaskAction, Row[]>()
  const none: Row[] = []
  for (const row of rows) {
    const action = actions.find((wanted) => transitions.some((one) => one.from === row.status && one.action === wanted))
    if (action) byAction.set(action, [...(byAction.get(action) ?? []), row])
    else none.push(row)
  }
  return { byAction, none }
}
