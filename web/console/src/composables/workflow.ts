// Life cycles as the server tells them (/workflow): which action leads where, who may, what it asks for. Never copied here.
import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'
import { may } from '@/app/session'
import { inLanguage, type Word } from './words'

export type LifeCycle = 'task' | 'referral' | 'report' | 'rule_set' | 'quarantine' | 'crime_transfer'
export type Action = Word & { permission: string; roles: string[]; reason_needed: boolean }
export type Status = Word & { final?: boolean }
type Transition = { from: string; action: string; to: string }
type Cycle = { statuses?: Status[]; actions?: Action[]; transitions?: Transition[] }

export function useWorkflow() {
  const { data } = useQuery({
    queryKey: ['workflow'],
    queryFn: () => unwrap(client.GET('/api/v1/workflow')),
    staleTime: 3_600_000,
  })
  const cycle = (name: LifeCycle): Cycle => (data.value?.[name] ?? {}) as Cycle
  const statuses = (name: LifeCycle): Status[] => cycle(name).statuses ?? []
  const status = (name: LifeCycle, code: string): string =>
    inLanguage(statuses(name).find((one) => one.code === code)) || code
  const action = (name: LifeCycle, code: string): Action | undefined =>
    cycle(name).actions?.find((one) => one.code === code)

  /** The actions that lead on from `from` and that the signed-in person may try; what an object allows in fact, its answer says. */
  const actionsFrom = (name: LifeCycle, from: string): Action[] => {
    const codes = new Set((cycle(name).transitions ?? []).filter((one) => one.from === from).map((one) => one.action))
    return (cycle(name).actions ?? []).filter((one) => codes.has(one.code) && may(one.permission))
  }
  return { isReady: computed(() => data.value !== undefined), statuses, status, action, actionsFrom, cycle }
}
