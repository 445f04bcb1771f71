import { describe, expect, it } from 'vitest'
import { moveTo, moveToWorker, splitByAction, type TaskMark } from './moves'

const TRANSITIONS = [
  { from: 'planned', action: 'assign', to: 'assigned' },
  { from: 'assigned', action: 'reassign', to: 'assigned' },
  { from: 'assigned', action: 'accept', to: 'accepted' },
  { from: 'accepted', action: 'reassign', to: 'assigned' },
  { from: 'submitted', action: 'complete', to: 'done' },
  { from: 'submitted', action: 'send_back', to: 'in_progress' },
]
const yes = (): boolean => true
const task = { status: 'assigned', assignee_id: 'a' } as TaskMark

describe('a move between columns', () => {
  it('is the step that leads there', () => {
    expect(moveTo('planned', 'assigned', TRANSITIONS, yes)).toEqual({ action: 'assign' })
    expect(moveTo('submitted', 'in_progress', TRANSITIONS, yes)).toEqual({ action: 'send_back' })
  })
  it('says why it is none', () => {
    expect(moveTo('planned', 'planned', TRANSITIONS, yes)).toEqual({ why: 'same' })
    expect(moveTo('assigned', 'accepted', TRANSITIONS, yes)).toEqual({ why: 'worker' })
    expect(moveTo('planned', 'done', TRANSITIONS, yes)).toEqual({ why: 'no_step' })
    expect(moveTo('submitted', 'done', TRANSITIONS, () => false)).toEqual({ why: 'not_allowed' })
  })
})

describe('a move to a worker', () => {
  it('gives the task to him, unless he has it', () => {
    expect(moveToWorker(task, 'b', TRANSITIONS, yes)).toEqual({ action: 'reassign' })
    expect(moveToWorker(task, 'a', TRANSITIONS, yes)).toEqual({ why: 'same' })
    expect(moveToWorker({ ...task, status: 'submitted' }, 'b', TRANSITIONS, yes)).toEqual({ why: 'no_step' })
  })
})

describe('many tasks', () => {
  it('are parted by what can be done with them', () => {
    const rows = ['planned', 'accepted', 'submitted', 'planned'].map((status, id) => ({ id, status }))
    const { byAction, none } = splitByAction(rows, ['assign', 'reassign'], TRANSITIONS)
    expect([...byAction].map(([action, found]) => [action, found.map((one) => one.id)])).toEqual([
      ['assign', [0, 3]],
      ['reassign', [1]],
    ])
    expect(none.map((one) => one.id)).toEqual([2])
  })
})
