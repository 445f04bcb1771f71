// Deadlines of a case as screens show them. Not here: computing them (the server does).
import type { Schema } from '@/api'

export type Clock = Schema<'Clock'>
const ORDER = ['stage', 'overall', 'legal']

/** Those that still run or rest, the stage first. */
export const runningOf = (clocks: Clock[]): Clock[] =>
  clocks
    .filter((one) => one.state === 'running' || one.state === 'suspended')
    .sort((one, other) => ORDER.indexOf(one.level) - ORDER.indexOf(other.level))

/** Those that are over, the newest first. */
export const endedOf = (clocks: Clock[]): Clock[] =>
  clocks.filter((one) => one.state !== 'running' && one.state !== 'suspended').reverse()
