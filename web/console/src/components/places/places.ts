// Names of streets and grids, asked for once and kept: lists show names where objects carry codes.
import { computed } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap, type Schema } from '@/api'
import { may, me } from '@/app/session'
import { i18n } from '@/app/i18n'

const HOUR = 3_600_000
const PAGE = 1000

export type GridMark = Schema<'GridOnMap'>

/** The district's streets; `own`: those the signed-in person works in, or all where he works in none. */
export function useStreets() {
  const { data } = useQuery({
    queryKey: ['streets'],
    queryFn: () => unwrap(client.GET('/api/v1/divisions', { params: { query: { level: 'street' } } })),
    staleTime: HOUR,
  })
  const streets = computed(() => data.value?.items ?? [])
  const own = computed(() => {
    const mine = new Set(me.value?.roles.map((one) => one.street_code).filter(Boolean))
    return mine.size ? streets.value.filter((one) => mine.has(one.code)) : streets.value
  })
  const streetName = (code: string | null | undefined): string => {
    const found = streets.value.find((one) => one.code === code)
    return ((i18n.global.locale.value as string) === 'en' ? found?.name_en || found?.name : found?.name) ?? code ?? ''
  }
  return { streets, own, streetName }
}

async function fetchGrids(): Promise<GridMark[]> {
  const found: GridMark[] = []
  let cursor: string | undefined
  do {
    const query = { geometry: false, limit: PAGE, cursor }
    const page = await unwrap(client.GET('/api/v1/grids', { params: { query } }))
    found.push(...page.features.map((one) => one.properties))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return found
}

/** All grids one may see, without their shapes. */
export function useGrids() {
  const { data, isLoading } = useQuery({
    queryKey: ['grids', 'names'],
    queryFn: fetchGrids,
    staleTime: HOUR,
    enabled: () => may('grid.read'),
  })
  const grids = computed(() => data.value ?? [])
  const byCode = computed(() => new Map(grids.value.map((one) => [one.code, one])))
  const gridName = (code: string | null | undefined): string => (code ? (byCode.value.get(code)?.name ?? code) : '')
  /** A title that was made up names the grid by its code; people know it by its name. */
  const titleOf = (task: { title: string; grid_code: string }): string =>
    task.title.replace(task.grid_code, gridName(task.grid_code))
  return { grids, byCode, gridName, titleOf, isLoading }
}

/** The grids whose name, code, street or own code holds all `words`, at most `most`. */
export function findGrids(grids: GridMark[], words: string, street: string, most: number): GridMark[] {
  const wanted = words.trim().toLowerCase().split(/\s+/)
  return grids
    .filter((one) => !street || one.street_code === street)
    .filter((one) => {
      const text = [one.name, one.code, one.street_name, one.external_code].join(' ').toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
    .slice(0, most)
}
