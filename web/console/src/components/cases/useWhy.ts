// The reasons of the rule engine as sentences in the language shown.
import { useI18n } from 'vue-i18n'
import { readWhy, type Why } from './why'
import { useWords } from '@/composables/words'

export function useWhy() {
  const { t, te } = useI18n()
  const { label } = useWords()
  const truth = (code: string): string => (te(`cases.why.truth.${code}`) ? t(`cases.why.truth.${code}`) : code)
  const sentence = (why: Why): string => {
    switch (why.kind) {
      case 'attribute':
        return t('cases.why.attribute', {
          what: label('attributes', why.code),
          known: truth(why.known),
          needs: truth(why.needs),
        })
      case 'penalties':
      case 'referrals':
        return t(`cases.why.${why.kind}`, { known: truth(why.known), needs: why.needs })
      case 'site':
        return t('cases.why.site', {
          known: why.known === 'unknown' ? truth(why.known) : label('premise_kinds', why.known),
        })
      case 'grid':
      case 'street':
      case 'district':
        return t(`cases.why.${why.kind}`, { known: truth(why.known) })
      case 'time':
      case 'outside':
        return t(`cases.why.${why.kind}`, { needs: why.needs })
      case 'severity':
        return t('cases.why.severity', { needs: label('Severity', why.needs) })
      case 'taken':
        return t('cases.why.taken', { what: why.what === 'report' ? t('cases.why.report') : why.what, by: why.by })
      case 'other':
        return why.text
    }
  }
  return { inWords: (text: string): string => readWhy(text).map(sentence).join('；') }
}
