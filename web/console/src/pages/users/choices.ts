// Streets and departments to choose from.
import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'
import { inLanguage } from '@/composables/words'

const HOUR = 3_600_000
type Option = { value: string; label: string }

export function useStreetOptions() {
  const { data } = useQuery({
    queryKey: ['streets'],
    queryFn: () => unwrap(client.GET('/api/v1/divisions', { params: { query: { level: 'street' } } })),
    staleTime: HOUR,
  })
  const streets = computed<Option[]>(
    () =>
      data.value?.items.map((one) => ({ value: one.code, label: inLanguage({ zh: one.name, en: one.name_en }) })) ?? [],
  )
  const streetName = (code: string | null): string =>
    streets.value.find((one) => one.value === code)?.label ?? code ?? ''
  return { streets, streetName }
}

export function useDepartmentOptions() {
  const { data } = useQuery({
    queryKey: ['departments', 'choices'],
    queryFn: () => unwrap(client.GET('/api/v1/departments')),
    staleTime: HOUR,
  })
  const departments = computed<Option[]>(
    () => data.value?.items.map((one) => ({ value: one.code, label: inLanguage({ zh: one.zh, en: one.en }) })) ?? [],
  )
  const departmentName = (code: string | null): string =>
    departments.value.find((one) => one.value === code)?.label ?? code ?? ''
  return { departments, departmentName }
}
