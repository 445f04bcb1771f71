// Grid workers with what is in their hands, and why one of them suits a task.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { client, unwrap, type Got, type Query } from '@/api'
import { may } from '@/app/session'
import { useWords } from '@/composables/words'

export type Worker = Got<'/api/v1/tasks/workers'>['items'][number]
export type WorkerFilter = Query<'/api/v1/tasks/workers'>

/** The workers one may see, those who fit the grid and category of `filter` best first. */
export function useWorkers(filter: MaybeRefOrGetter<WorkerFilter>, enabled: MaybeRefOrGetter<boolean> = true) {
  const { data, isLoading, error } = useQuery({
    queryKey: computed(() => ['workers', toValue(filter)]),
    queryFn: () => unwrap(client.GET('/api/v1/tasks/workers', { params: { query: toValue(filter) } })),
    placeholderData: keepPreviousData,
    enabled: computed(() => toValue(enabled) && may('user.read')),
  })
  return { workers: computed(() => data.value?.items ?? []), isLoading, error }
}

/** Words for why somebody suits: his duty on the grid, his training, his load. */
export function useWorkerWords() {
  const { t } = useI18n()
  const { label } = useWords()
  const reasons = (worker: Worker): string[] => [
    ...(worker.grid_role ? [label('GridRole', worker.grid_role)] : []),
    ...(worker.has_skill === false ? [t('tasks.worker.untrained')] : []),
    t('tasks.worker.open', { n: worker.open }),
    ...(worker.overdue ? [t('tasks.worker.overdue', { n: worker.overdue })] : []),
  ]
  return { reasons }
}
