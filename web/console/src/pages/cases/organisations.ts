// Streets and departments to choose from, cached for an hour.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'

const HOUR = 3_600_000

export function useOrganisations() {
  const { locale } = useI18n()
  const { data: divisions } = useQuery({
    queryKey: ['divisions'],
    queryFn: () => unwrap(client.GET('/api/v1/divisions')),
    staleTime: HOUR,
  })
  const { data: offices } = useQuery({
    queryKey: ['departments'],
    queryFn: () => unwrap(client.GET('/api/v1/departments')),
    staleTime: HOUR,
  })
  const streets = computed(() =>
    (divisions.value?.items ?? [])
      .filter((one) => one.level === 'street')
      .map((one) => ({ value: one.code, label: one.name })),
  )
  const departments = computed(() =>
    (offices.value?.items ?? []).map((one) => ({
      value: one.code,
      label: locale.value === 'en' ? one.en : one.zh,
    })),
  )
  const nameOf = (list: { value: string; label: string }[], code: string | null): string =>
    code === null ? '' : (list.find((one) => one.value === code)?.label ?? code)
  return {
    streets,
    departments,
    streetName: (code: string | null) => nameOf(streets.value, code),
    departmentName: (code: string | null) => nameOf(departments.value, code),
  }
}
