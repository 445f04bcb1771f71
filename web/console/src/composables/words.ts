// The words of codes, as the server knows them (/vocabulary), in the language shown. Codes never stand in these sources.
import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'
import { i18n } from '@/app/i18n'

export type Word = { code: string; zh: string; en: string; [key: string]: unknown }

const HOUR = 3_600_000

/** The word of `word` in the language shown. */
export function inLanguage(word: { zh?: string | null; en?: string | null } | undefined): string {
  if (!word) return ''
  return ((i18n.global.locale.value as string) === 'en' ? word.en || word.zh : word.zh || word.en) ?? ''
}

/** Word lists and labels. `label('TaskStatus', code)`; a code without a word is shown as it is. */
export function useWords() {
  const { data } = useQuery({
    queryKey: ['vocabulary'],
    queryFn: () => unwrap(client.GET('/api/v1/vocabulary')),
    staleTime: HOUR,
  })
  const labels = computed(() => (data.value?.labels ?? {}) as Record<string, Word[]>)
  const lists = computed(() => new Map(data.value?.items.map((list) => [list.name, list.items as Word[]])))

  /** All words of a closed list (`labels`) or of a word list (`items`). */
  const words = (list: string): Word[] => labels.value[list] ?? lists.value.get(list) ?? []
  const label = (list: string, code: string | null | undefined): string =>
    code === null || code === undefined ? '' : inLanguage(words(list).find((one) => one.code === code)) || code
  const options = (list: string) => words(list).map((one) => ({ value: one.code, label: inLanguage(one) }))
  return { words, label, options }
}

/** Words of the checklists' findings: `finding('A-01')`. */
export function useFindings() {
  const { data } = useQuery({
    queryKey: ['forms'],
    queryFn: () => unwrap(client.GET('/api/v1/forms')),
    staleTime: HOUR,
  })
  return { forms: data }
}
