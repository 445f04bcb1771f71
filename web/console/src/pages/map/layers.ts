// Which layers there are for the person signed in, with their words: the server says both.
import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap } from '@/api'
import { inLanguage } from '@/composables/words'
import type { LayerName } from './state'

export function useLayers() {
  const { data, error } = useQuery({
    queryKey: ['map', 'layers'],
    queryFn: () => unwrap(client.GET('/api/v1/map/tiles')),
    staleTime: Infinity,
  })
  const allowed = computed<LayerName[]>(() => data.value?.items.map((one) => one.id) ?? [])
  const names = computed(
    () =>
      Object.fromEntries((data.value?.items ?? []).map((one) => [one.id, inLanguage(one)])) as Record<
        LayerName,
        string
      >,
  )
  return { allowed, names, error }
}
