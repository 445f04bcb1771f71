// The rows of a case sheet: what is known of a case, as names and values.
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Desk } from '@/components/cases/desk'
import { useFormat } from '@/composables/format'
import { inLanguage, useWords } from '@/composables/words'
import { useWorkflow } from '@/composables/workflow'

export type SheetRow = { name: string; value: string; wide?: boolean }

export function useSheetRows(desk: Ref<Desk | undefined>) {
  const { t } = useI18n()
  const { label } = useWords()
  const { status } = useWorkflow()
  const { dateTime } = useFormat()
  const own = computed(() => desk.value?.routing?.referrals.find((one) => one.referral_id === desk.value?.referral.id))

  const basics = computed<SheetRow[]>(() => {
    if (!desk.value) return []
    const { referral, report, site } = desk.value
    return [
      { name: t('cases.column.site'), value: site?.name ?? '' },
      { name: t('cases.sheet.address'), value: site?.address ?? '' },
      { name: t('cases.sheet.uscc'), value: site?.uscc ?? label('uscc_missing_reasons', site?.uscc_missing_reason) },
      { name: t('cases.filter.street'), value: report.street_name ?? '' },
      { name: t('cases.filter.category'), value: label('Category', referral.category) },
      { name: t('cases.filter.severity'), value: label('Severity', referral.severity) },
      { name: t('cases.sheet.seen'), value: dateTime(report.captured_at) },
      { name: t('cases.sheet.received'), value: dateTime(report.received_at) },
      { name: t('cases.department'), value: referral.department_name ?? t('cases.noDepartment') },
      {
        name: t('cases.column.function'),
        value: `${referral.function_name}（${label('ReferralRole', referral.role)}）`,
      },
      { name: t('cases.filter.status'), value: status('referral', referral.status) },
      { name: t('cases.handler'), value: referral.handler?.name ?? '' },
    ]
  })
  const laws = computed<SheetRow[]>(() => [
    {
      name: t('cases.sheet.rules'),
      value: (own.value?.rules ?? []).map((one) => `${one.code} ${inLanguage(one)}`).join('\n'),
      wide: true,
    },
    {
      name: label('ActField', 'legal_basis'),
      value: (own.value?.legal_basis ?? [])
        .map((one) => `${one.law} ${one.article}${one.mark === '确认' ? '' : t('cases.routing.unread')}`)
        .join('\n'),
      wide: true,
    },
  ])
  const course = computed<SheetRow[]>(() => {
    const referral = desk.value?.referral
    if (!referral) return []
    return [
      { name: t('cases.sheet.routed'), value: dateTime(referral.routed_at) },
      { name: t('cases.sheet.accepted'), value: dateTime(referral.accepted_at) },
      { name: t('cases.sheet.handled'), value: dateTime(referral.handled_at) },
      { name: t('cases.sheet.closed'), value: dateTime(referral.closed_at) },
      { name: t('cases.parts.outcome'), value: label('handling_outcomes', referral.outcome_code), wide: true },
      { name: label('ActField', 'note'), value: referral.outcome_note ?? '', wide: true },
      { name: t('cases.sheet.verifier'), value: referral.verifier?.name ?? '', wide: true },
    ]
  })
  return { basics, laws, course }
}
