// Words of subjects, actions, statuses and fields in the history. A code without a word stays a code.
import { useI18n } from 'vue-i18n'
import { useWorkflow, type LifeCycle } from '@/composables/workflow'
import { inLanguage } from '@/composables/words'
import type { Event } from './events'

const CYCLES = new Set<string>(['task', 'referral', 'report', 'rule_set', 'quarantine', 'crime_transfer'])

export function useAuditWords() {
  const { t, te } = useI18n()
  const { action: ofCycle, status: ofStatus } = useWorkflow()
  const own = (key: string, otherwise: string): string => (te(key) ? t(key) : otherwise)

  const subject = (code: string): string => own(`audit.subjects.${code}`, code)
  const action = (event: Event): string => {
    const special = `audit.actions.${event.subject_type}.${event.action}`
    if (te(special)) return t(special)
    const known = CYCLES.has(event.subject_type)
      ? inLanguage(ofCycle(event.subject_type as LifeCycle, event.action))
      : ''
    return known || own(`audit.actions.any.${event.action}`, event.action)
  }
  const status = (event: Event, code: string | null): string =>
    code === null
      ? ''
      : CYCLES.has(event.subject_type)
        ? ofStatus(event.subject_type as LifeCycle, code)
        : own(`audit.statuses.${code}`, code)
  const field = (code: string): string => own(`audit.fields.${code}`, code)
  return { subject, action, status, field }
}
