// A figure as colours of grids and as a legend. Pure but for the words handed in. Not here: asking for figures (figures.ts).
import type { Painting } from '@/components/map/ground'
import { SHADES, TURNS, type Look } from '@/components/map/palette'
import { quantiles, spansOf, turns, type Classes } from './classes'
import type { Unit } from './state'

/** The value of each grid or street by its code; null where there is none (nothing to divide by). */
export type Values = Map<string, number | null>
export type LegendClass = { colour: string; label: string; count: number }
export type Legend = { title: string; unit: string; classes: LegendClass[]; note: string }
export type Words = {
  title: string
  unit: string
  same: string
  note: string
  number: (value: number) => string
}
export type Picture = { painting: Painting; legend: Legend }

const MOST_CLASSES = 5

const span = (from: number, to: number, number: (value: number) => string): string =>
  from === to ? number(from) : `${number(from)} – ${number(to)}`

/** Shades from little to much in quantiles of `basis` (two maps side by side share theirs); zero keeps the land's own colour. */
export function shaded(values: Values, by: Unit, look: Look, words: Words, basis: Values[] = [values]): Picture {
  const known = [...values.values()].filter((one): one is number => one !== null)
  const some = known.filter((one) => one > 0)
  const measured = basis.flatMap((one) => [...one.values()]).filter((one): one is number => one !== null && one > 0)
  const classes = quantiles(measured, MOST_CLASSES)
  const spans = spansOf(classes, measured)
  const palette = SHADES[look]
  // few classes spread over all shades
  const shade = (at: number): string =>
    palette[spans.length < 2 ? 3 : Math.round((at / (spans.length - 1)) * (palette.length - 1))]!
  const counts = spans.map((one) => some.filter((value) => classes.of(value) === one.class).length)
  const listed = spans.map((one, at) => ({
    colour: shade(at),
    label: span(one.from, one.to, words.number),
    count: counts[at]!,
  }))
  const zeros = known.length - some.length
  const zero = zeros ? [{ colour: 'transparent', label: words.number(0), count: zeros }] : []
  const fillOf = (value: number | null | undefined): string | undefined =>
    value ? shade(classes.of(value)) : undefined
  return picture(values, by, fillOf, words, [...zero, ...listed.filter((one) => one.count > 0)])
}

/** Two colours away from "no change". */
export function turned(values: Values, by: Unit, look: Look, words: Words): Picture {
  const known = [...values.values()].filter((one): one is number => one !== null)
  const classes = turns(known)
  const palette = TURNS[look]
  const sign = (value: number): string => (value > 0 ? `+${words.number(value)}` : words.number(value))
  const listed = [0, 1, 2, 3, 4, 5, 6].map((at) => ({
    colour: palette[at]!,
    label: at === 3 ? words.same : turnLabel(classes, at, sign),
    count: known.filter((value) => classes.of(value) === at).length,
  }))
  const fillOf = (value: number | null | undefined): string | undefined =>
    value === null || value === undefined ? undefined : palette[classes.of(value)]
  return picture(values, by, fillOf, words, listed, sign)
}

function turnLabel({ borders }: Classes, at: number, sign: (value: number) => string): string {
  if (at === 0) return `< ${sign(borders[1]!)}`
  if (at === 6) return `> ${sign(borders[5]!)}`
  const [low, high] = at < 3 ? [borders[at]!, borders[at + 1]!] : [borders[at - 1]!, borders[at]!]
  return `${sign(low)} – ${sign(high)}`
}

function picture(
  values: Values,
  by: Unit,
  fillOf: (value: number | null | undefined) => string | undefined,
  words: Words,
  classes: LegendClass[],
  write: (value: number) => string = words.number,
): Picture {
  const painting: Painting = {
    fill: (grid, street) => fillOf(values.get(by === 'grid' ? grid : street)),
    note: (code) => {
      const value = values.get(code)
      return value === null || value === undefined || value === 0 ? '' : write(value)
    },
  }
  return { painting, legend: { title: words.title, unit: words.unit, classes, note: words.note } }
}

/** What changed: now less then, where both are known. */
export function changes(now: Values, then: Values): Values {
  const codes = new Set([...now.keys(), ...then.keys()])
  return new Map(
    [...codes].map((code) => {
      const [one, other] = [now.get(code), then.get(code)]
      return [code, one === null || other === null ? null : (one ?? 0) - (other ?? 0)]
    }),
  )
}
