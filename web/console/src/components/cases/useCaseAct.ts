// Acting on one case from anywhere: sends it, says how it went, offers to take it back where the server says which act does.
import { useI18n } from 'vue-i18n'
import { useAct } from '@/composables/act'
import { useWorkflow } from '@/composables/workflow'
import { actOn, caseChanged, type ActionCode, type Details, type Referral } from './desk'

type Taken = { id: string; action: ActionCode; details: Details; undoneBy?: ActionCode | null; name?: string }

export function useCaseAct() {
  const { t } = useI18n()
  const { busy, act } = useAct()
  const { action: word } = useWorkflow()
  const { inWords } = useActionWords()

  /** The case after the act, or undefined after a refusal. */
  const perform = async (taken: Taken): Promise<Referral | undefined> => {
    const { undoneBy } = taken
    const answer = await act(() => actOn(taken.id, taken.action, taken.details), {
      done: t('cases.act.done', { act: inWords(taken.action), name: taken.name ?? '' }),
      undo: undoneBy
        ? async () => {
            await actOn(taken.id, undoneBy, { reason: t('cases.act.undoReason') })
            caseChanged()
          }
        : undefined,
    })
    caseChanged()
    return answer
  }
  return { busy, perform, word }
}

/** The words of acts on referrals. */
export function useActionWords() {
  const { action } = useWorkflow()
  const { locale } = useI18n()
  const inWords = (code: ActionCode): string => {
    const word = action('referral', code)
    return (locale.value === 'en' ? word?.en : word?.zh) ?? code
  }
  return { inWords }
}
