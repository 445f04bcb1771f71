// The words of what happened: acts and statuses from the life cycles, steps that are no acts from the console's own words.
import { useI18n } from 'vue-i18n'
import type { Desk } from './desk'
import { inLanguage, useWords } from '@/composables/words'
import { useWorkflow } from '@/composables/workflow'

export type CaseEvent = Desk['events'][number]

export function useEventWords() {
  const { t, te } = useI18n()
  const { action, status } = useWorkflow()
  const { label } = useWords()

  const inWords = (event: CaseEvent): string => {
    const own = `cases.events.${event.subject_type}.${event.action}`
    if (te(own)) return t(own)
    if (event.subject_type === 'referral') return inLanguage(action('referral', event.action)) || event.action
    return event.action
  }
  const ledTo = (event: CaseEvent): string => {
    if (!event.to_status || event.from_status === event.to_status) return ''
    return event.subject_type === 'referral'
      ? status('referral', event.to_status)
      : label('ReportStatus', event.to_status)
  }
  /** A word on what it was about, where the event carries a code. */
  const about = (event: CaseEvent): string => {
    if (event.action === 'return' || event.action === 'escalate') return label('return_codes', event.reason_code)
    if (event.action === 'handle' || event.action === 'dismiss') return label('handling_outcomes', event.reason_code)
    return ''
  }
  return { inWords, ledTo, about }
}
