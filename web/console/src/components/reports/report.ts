// One report as the server tells it, and its findings and answers in words. Not here: acts on it.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap, type Got, type Schema } from '@/api'
import { queryClient } from '@/app/queries'

export type Report = Schema<'Report'>
type Form = Got<'/api/v1/forms'>['items'][number]

const options = (id: string) => ({
  queryKey: ['reports', id] as const,
  queryFn: () => unwrap(client.GET('/api/v1/reports/{report_id}', { params: { path: { report_id: id } } })),
  staleTime: 20_000,
})

export function useReport(id: MaybeRefOrGetter<string>) {
  return useQuery(computed(() => ({ ...options(toValue(id)), enabled: toValue(id) !== '' })))
}

/** Fetches a report before somebody opens it. */
export const prefetchReport = (id: string): Promise<void> => queryClient.prefetchQuery(options(id))

type Words = { zh?: string | null; en?: string | null }
type Item = Words & { code: string; answer: { type: string; choices?: unknown; options?: unknown } }

/** Items of all checklists by their code; a code means the same in all versions. */
export function itemsByCode(forms: readonly Form[]): Map<string, Item> {
  return new Map(forms.flatMap((form) => (form.items as unknown as Item[]).map((item) => [item.code, item] as const)))
}

/** Findings as reported, each with the words of its checklist. */
export const findingsInWords = (report: Pick<Report, 'findings'>, items: Map<string, Item>) =>
  report.findings.map((one) => ({ ...one, zh: items.get(one.code)?.zh ?? '', en: items.get(one.code)?.en ?? '' }))

/** What was answered on the checklist beside the findings; `yes` and `no` are the words of the language shown. */
export function answersInWords(
  report: Pick<Report, 'answers' | 'findings'>,
  items: Map<string, Item>,
  yes: string,
  no: string,
) {
  const found = new Set(report.findings.map((one) => one.code))
  return Object.entries(report.answers as Record<string, unknown>).map(([code, value]) => {
    const said = value === true ? yes : value === false ? no : String(value ?? '—')
    const item = items.get(code)
    return {
      code,
      zh: item?.zh ?? code,
      en: item?.en ?? code,
      text_zh: said,
      text_en: said,
      is_finding: found.has(code),
    }
  })
}
