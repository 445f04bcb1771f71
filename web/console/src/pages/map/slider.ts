// The arithmetic of the time slider: a window of whole days within a period, moved by days or weeks. Pure.
import { addDays } from '@/composables/format'
import { daysBetween, type Period } from './filters'

export type Step = 'day' | 'week'
export const STEP_DAYS: Record<Step, number> = { day: 1, week: 7 }
export type End = 'from' | 'to' | 'both'

const clamp = (day: string, low: string, high: string): string => (day < low ? low : day > high ? high : day)

/** `window` with one end (or both) moved by `days`; it stays within `period`, keeps a day at least, and its length where both move. */
export function moved(window: Period, end: End, days: number, period: Period): Period {
  if (end === 'from') return { from: clamp(addDays(window.from, days), period.from, window.to), to: window.to }
  if (end === 'to') return { from: window.from, to: clamp(addDays(window.to, days), window.from, period.to) }
  const length = daysBetween(window) - 1
  const from = clamp(addDays(window.from, days), period.from, addDays(period.to, -length))
  return { from, to: addDays(from, length) }
}

/** The next window when a period plays; null at its end. */
export function nextWindow(window: Period, step: Step, period: Period): Period | null {
  if (window.to >= period.to) return null
  const from = addDays(window.from, STEP_DAYS[step])
  return { from, to: clamp(addDays(window.to, STEP_DAYS[step]), from, period.to) }
}

/** Where playing begins: the first step of the period, or the window as it is while it is a part of it. */
export function firstWindow(window: Period | null, step: Step, period: Period): Period {
  if (window && window.to < period.to) return window
  return { from: period.from, to: clamp(addDays(period.from, STEP_DAYS[step] - 1), period.from, period.to) }
}

/** The share of the period before a day, 0 to 1. */
export const shareOf = (day: string, period: Period): number =>
  (daysBetween({ from: period.from, to: day }) - 1) / daysBetween(period)

/** The day at a share of the period. */
export function dayAt(share: number, period: Period): string {
  const days = daysBetween(period)
  return addDays(period.from, Math.min(Math.max(Math.floor(share * days), 0), days - 1))
}

export type Bar = { day: string; count: number; days: number }
/** At most `most` bars: single days, or several days together. */
export function bars(counts: Map<string, number>, period: Period, most: number): Bar[] {
  const days = daysBetween(period)
  const width = Math.max(Math.ceil(days / most), 1)
  const found: Bar[] = []
  for (let start = 0; start < days; start += width) {
    const length = Math.min(width, days - start)
    const day = addDays(period.from, start)
    let count = 0
    for (let offset = 0; offset < length; offset++) count += counts.get(addDays(day, offset)) ?? 0
    found.push({ day, count, days: length })
  }
  return found
}
