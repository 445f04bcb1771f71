// What is filtered, in words: for printed sheets.
import { useI18n } from 'vue-i18n'
import { useGridShapes } from '@/components/map/grids'
import { inLanguage, useWords } from '@/composables/words'
import { useWorkflow } from '@/composables/workflow'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'
import type { Filters } from './filters'

export function useFilterWords() {
  const { t } = useI18n()
  const { label } = useWords()
  const { status } = useWorkflow()
  const { data: shapes } = useGridShapes()
  const { data: departments } = useQuery({
    queryKey: ['departments'],
    queryFn: () => unwrap(client.GET('/api/v1/departments')),
    staleTime: 3_600_000,
  })
  /** `时段：2026-10-27 – 2026-11-25；类别：非法行医`. */
  return (filters: Filters): string => {
    const list = (codes: string[], word: (code: string) => string): string => codes.map(word).join(t('map.comma'))
    const department = departments.value?.items.find((one) => one.code === filters.department)
    const said: Record<string, string> = {
      period: filters.from ? `${filters.from} – ${filters.to}` : t('map.wholeTime'),
      category: label('Category', filters.category),
      severity: label('Severity', filters.severity),
      street: shapes.value?.find((one) => one.street === filters.street)?.streetName ?? filters.street,
      grid: shapes.value?.find((one) => one.code === filters.grid)?.name ?? filters.grid,
      department: inLanguage(department) || filters.department,
      outcome: label('Outcome', filters.outcome),
      caseStatus: list(filters.caseStatus, (code) => status('referral', code)),
      reportStatus: list(filters.reportStatus, (code) => label('ReportStatus', code)),
      taskStatus: list(filters.taskStatus, (code) => status('task', code)),
    }
    return Object.entries(said)
      .filter(([, value]) => value)
      .map(([name, value]) => t('map.print.filter', { name: t(`map.filter.${name}`), value }))
      .join(t('map.semicolon'))
  }
}
