// Classes of a choropleth: borders by quantiles, or about zero for changes. Pure. Not here: colours (components/map/palette).

export type Classes = { borders: number[]; of: (value: number) => number }

/** Up to `most` classes with about as many values each; equal values always share a class. `borders`: lowest to highest, both ends. */
export function quantiles(values: number[], most: number): Classes {
  const sorted = [...values].sort((one, other) => one - other)
  const borders: number[] = []
  for (let step = 0; step <= most && sorted.length; step++) {
    const border = sorted[Math.min(Math.round((step / most) * sorted.length), sorted.length - 1)]!
    if (border !== borders.at(-1)) borders.push(border)
  }
  return { borders, of: (value) => classOf(borders, value) }
}

/** The class within borders; each holds its lower border, the last also its upper. */
function classOf(borders: number[], value: number): number {
  let found = 0
  for (let at = 1; at < borders.length - 1; at++) if (value >= borders[at]!) found = at
  return found
}

/** Seven classes of change about zero, as wide on both sides; the middle one is no change at all. */
export function turns(values: number[]): Classes {
  const widest = niceUp(Math.max(0, ...values.map(Math.abs)))
  const [far, near] = [(widest * 2) / 3, widest / 3]
  const of = (value: number): number => {
    const size = Math.abs(value)
    if (size === 0) return 3
    const steps = size > far ? 3 : size > near ? 2 : 1
    return value < 0 ? 3 - steps : 3 + steps
  }
  return { borders: [-widest, -far, -near, 0, near, far, widest], of }
}

/** The next of 3, 6, 15, 30, 60, 150 … at or above: three equal steps of each are easy numbers. */
function niceUp(value: number): number {
  if (value <= 0) return 3
  const size = 10 ** Math.floor(Math.log10(value / 3))
  return [3, 6, 15, 30].map((step) => step * size).find((step) => step >= value - 1e-12)!
}

export type Span = { from: number; to: number; class: number }
/** What the legend says of each class that there is: whole numbers as `3 – 5`, others with their borders. */
export function spansOf({ borders }: Classes, values: number[]): Span[] {
  if (borders.length === 0) return []
  if (borders.length === 1) return [{ from: borders[0]!, to: borders[0]!, class: 0 }]
  const isWhole = values.every(Number.isInteger)
  return borders.slice(1).map((to, at) => {
    const isLast = at === borders.length - 2
    return { from: borders[at]!, to: isWhole && !isLast ? Math.max(to - 1, borders[at]!) : to, class: at }
  })
}
