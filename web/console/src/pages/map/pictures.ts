// The figure chosen, as colours and legend of one map or of two, and as rows: for the period shown, and for one to compare with.
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useGridShapes } from '@/components/map/grids'
import type { Look } from '@/components/map/palette'
import { isTimed, useFigureChoices, useFigures, type FigureCode } from './figures'
import type { FigureRow } from './FigureTable.vue'
import { ignoredBy, type Filters, type Period } from './filters'
import { changes, shaded, turned, type Picture, type Words } from './painting'
import type { LayerName, MapState } from './state'

type Options = {
  state: MapState
  on: Ref<LayerName[]>
  allowed: Ref<LayerName[]>
  filters: Ref<Filters>
  look: Ref<Look>
}

export function usePictures({ state, on, allowed, filters, look }: Options) {
  const { t } = useI18n()
  const choices = useFigureChoices(allowed)
  const choice = computed(() => choices.value.find((one) => one.value === state.figure.value) ?? choices.value[0])
  const figure = computed<FigureCode | ''>(() => choice.value?.value ?? '')
  const enabled = computed(() => on.value.includes('grids') && figure.value !== '')
  const against = computed<Period | null>(() => (state.pane.value === 'compare' ? state.against.value : null))
  const isTwo = computed(() => against.value !== null && state.twoMaps.value === 'two')

  const now = useFigures({ figure, by: state.by, filters, enabled })
  const then = useFigures({
    figure,
    by: state.by,
    filters: computed(() => ({ ...filters.value, ...against.value })),
    enabled: computed(() => enabled.value && against.value !== null),
  })
  const words = computed<Words>(() => ({
    title: choice.value?.label ?? '',
    unit: against.value && !isTwo.value ? t('map.compare.change') : '',
    same: t('map.compare.same'),
    note: on.value.length ? noteOf(figure.value, filters.value, t) : '',
    number: now.write,
  }))
  const picture = computed<Picture | null>(() => {
    if (!enabled.value) return null
    if (against.value && !isTwo.value)
      return turned(changes(now.values.value, then.values.value), state.by.value, look.value, words.value)
    const basis = isTwo.value ? [now.values.value, then.values.value] : undefined
    return shaded(now.values.value, state.by.value, look.value, words.value, basis)
  })
  /** Of the second map: the other period, in the same classes. */
  const other = computed<Picture | null>(() =>
    enabled.value && isTwo.value
      ? shaded(then.values.value, state.by.value, look.value, words.value, [now.values.value, then.values.value])
      : null,
  )
  // numbers of grids between those of bubbles would be taken for each other
  const lettered = (one: Picture | null): Picture | null =>
    one && { ...one, painting: { ...one.painting, alsoFar: on.value.every((name) => name === 'grids') } }
  return {
    choices,
    choice,
    figure,
    against,
    isTwo,
    now,
    then,
    picture: computed(() => lettered(picture.value)),
    other: computed(() => lettered(other.value)),
    rows: useRowsOf(state, now, then, against),
    isTimed: computed(() => figure.value !== '' && isTimed(figure.value)),
  }
}

type Told = ReturnType<typeof useFigures>

function useRowsOf(state: MapState, now: Told, then: Told, against: Ref<Period | null>) {
  const { data: shapes } = useGridShapes()
  const gridNames = computed(() => new Map(shapes.value?.map((one) => [one.code, one.name])))
  return computed<FigureRow[]>(() => {
    const difference = against.value ? changes(now.values.value, then.values.value) : null
    return now.items.value.map(({ code, name, value }) => ({
      code: code!,
      name: (state.by.value === 'grid' ? gridNames.value.get(code!) : name) ?? name ?? code!,
      now: value,
      then: then.values.value.get(code!),
      change: difference?.get(code!),
    }))
  })
}

/** Which filters do not narrow the figure, in words: numbers on a map must not seem to mean what they do not. */
function noteOf(figure: FigureCode | '', filters: Filters, t: (key: string, named?: object) => string): string {
  const kinds = {
    open_tasks: 'tasks',
    site_coverage: 'sites',
    open_cases: 'referrals',
    overdue_cases: 'referrals',
  } as const
  const kind = figure in kinds ? kinds[figure as keyof typeof kinds] : null
  if (!kind) return ''
  const ignored = ignoredBy(kind, filters).filter(
    (one) => !(figure === 'site_coverage' && (one === 'from' || one === 'to')),
  )
  const names = [...new Set(ignored.map((one) => (one === 'from' || one === 'to' ? 'period' : one)))]
  return names.length
    ? t('map.ignored', { names: names.map((one) => t(`map.filter.${one}`)).join(t('map.comma')) })
    : ''
}
