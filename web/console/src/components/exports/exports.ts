// Having a list made into a file in the background, and hearing of its progress.
import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { BACKGROUND, client, download, unwrap, type Body, type Schema } from '@/api'
import { queryClient } from '@/app/queries'

export type Export = Schema<'Export'>
export type ExportKind = Export['kind']
export type ExportFormat = Export['format']
type Filters = NonNullable<Body<'/api/v1/exports'>['filters']>

const SOON_MS = 1_000
const LATER_MS = 60_000
const UNDER_WAY = new Set<Export['status']>(['waiting', 'running'])
/** Kinds whose rows have a place; all five kinds of the server do. */
export const FORMATS: readonly ExportFormat[] = ['xlsx', 'csv', 'gpkg', 'shp', 'geojson']

export const isUnderWay = (one: Export): boolean => UNDER_WAY.has(one.status)

/** Share done, 0 to 100; null while the rows are not counted yet. */
export function percentOf(one: Pick<Export, 'status' | 'rows_done' | 'rows_total'>): number | null {
  if (one.status === 'done') return 100
  if (one.rows_total === null) return null
  return one.rows_total === 0 ? 0 : Math.min(99, Math.floor((100 * one.rows_done) / one.rows_total))
}

/** The query of a list without what only turns its pages. */
export function filtersOf(query: Record<string, unknown>): Filters {
  const kept = Object.entries(query).filter(
    ([name, value]) => !['limit', 'cursor'].includes(name) && value !== undefined && value !== null && value !== '',
  )
  return Object.fromEntries(kept) as Filters
}

export async function beginExport(
  kind: ExportKind,
  format: ExportFormat,
  query: Record<string, unknown>,
): Promise<Export> {
  const made = await unwrap(client.POST('/api/v1/exports', { body: { kind, format, filters: filtersOf(query) } }))
  await queryClient.invalidateQueries({ queryKey: ['exports'] })
  return made
}

/** One's newest exports; asked often while one is under way. */
export function useExports() {
  const query = useQuery({
    queryKey: ['exports'],
    queryFn: () => unwrap(client.GET('/api/v1/exports', { headers: BACKGROUND, params: { query: { limit: 50 } } })),
    refetchInterval: (current) => (current.state.data?.items.some(isUnderWay) ? SOON_MS : LATER_MS),
  })
  return { ...query, items: computed(() => query.data.value?.items ?? []) }
}

/** Hands the file to the browser under its own name. */
export async function saveFile(one: Pick<Export, 'id' | 'file_name'>): Promise<void> {
  const { blob } = await download(`/api/v1/exports/${one.id}/file`)
  saveBlob(blob, one.file_name)
}

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), LATER_MS)
}
