// The state of the map review, all of it in the address: opening the address elsewhere shows the same.
import { computed, type WritableComputedRef } from 'vue'
import { useQueryState } from '@/composables/queryState'
import type { Kind } from '@/components/map/palette'
import { readPeriod, writePeriod, type Filters, type Period } from './filters'

export type LayerName = Kind | 'grids'
export type Unit = 'grid' | 'street'
export type Pane = 'list' | 'compare' | ''
export type Chosen = { kind: Kind | 'grid'; id: string }
export type Place = { lon: number; lat: number; zoom: number }

export const POINT_KINDS: Kind[] = ['referrals', 'reports', 'sites', 'tasks']
const DEFAULT_LAYERS: LayerName[] = ['grids', 'referrals', 'reports']
const NO_LAYER = 'none'

/** `121.3971,31.2494,13.2`: finer than a metre, and short. */
export function readPlace(text: string): Place | null {
  const [lon, lat, zoom] = text.split(',').map(Number)
  const isPlace = [lon, lat, zoom].every(Number.isFinite) && Math.abs(lon!) <= 180 && Math.abs(lat!) <= 85
  return isPlace ? { lon: lon!, lat: lat!, zoom: Math.min(Math.max(zoom!, 3), 21) } : null
}
export const writePlace = ({ lon, lat, zoom }: Place): string =>
  `${lon.toFixed(5)},${lat.toFixed(5)},${Number(zoom.toFixed(2))}`

const CHOOSABLE = new Set<string>(['grid', ...POINT_KINDS])
/** `referrals:01a2…`. */
export function readChosen(text: string): Chosen | null {
  const at = text.indexOf(':')
  const [kind, id] = [text.slice(0, at), text.slice(at + 1)]
  return at > 0 && id && CHOOSABLE.has(kind) ? { kind: kind as Chosen['kind'], id } : null
}

type Coded<T> = { read: (text: string) => T; write: (value: T) => string }

export function useMapState() {
  const { set, text, list } = useQueryState()
  const coded = <T>(name: string, { read, write }: Coded<T>, push = false): WritableComputedRef<T> => {
    const raw = text(name, '', { push })
    return computed({ get: () => read(raw.value), set: (value) => (raw.value = write(value)) })
  }
  const period: Coded<Period | null> = { read: readPeriod, write: (value) => (value ? writePeriod(value) : '') }
  const filters: { [Name in keyof Filters]: WritableComputedRef<Filters[Name]> } = {
    category: text('category'),
    severity: text('severity'),
    street: text('street'),
    grid: text('grid'),
    department: text('department'),
    outcome: text('outcome'),
    reportStatus: list('report_status'),
    caseStatus: list('case_status'),
    taskStatus: list('task_status'),
    from: text('from'),
    to: text('to'),
  }
  const names = Object.keys(filters) as (keyof Filters)[]
  return {
    set,
    filters,
    /** What is filtered at this moment, as one value. */
    filtered: computed(() => Object.fromEntries(names.map((name) => [name, filters[name].value])) as Filters),
    place: coded<Place | null>('at', { read: readPlace, write: (value) => (value ? writePlace(value) : '') }),
    layers: coded<LayerName[]>('on', {
      read: (value) => (value === '' ? DEFAULT_LAYERS : value === NO_LAYER ? [] : (value.split(',') as LayerName[])),
      write: (value) => (value.join() === DEFAULT_LAYERS.join() ? '' : value.join() || NO_LAYER),
    }),
    figure: text('figure'),
    by: text('by', 'grid') as WritableComputedRef<Unit>,
    /** The part of the period that the time slider shows. */
    window: coded('window', period),
    area: text('area', '', { push: true }),
    chosen: coded<Chosen | null>(
      'open',
      { read: readChosen, write: (value) => (value ? `${value.kind}:${value.id}` : '') },
      true,
    ),
    pane: text('pane', '', { push: true }) as WritableComputedRef<Pane>,
    /** The period that is compared with. */
    against: coded('against', period),
    twoMaps: text('maps', 'one'),
    /** Set once somebody has taken the period away: then nothing fills it in again. */
    wholeTime: text('time'),
  }
}
export type MapState = ReturnType<typeof useMapState>
