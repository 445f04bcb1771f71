// The end of a task's time: people name a day of the district, the server keeps its last second.
import { addDays, districtDay } from '@/composables/format'

/** The last moment of `day` (2026-11-25) in the district. */
export const dueMoment = (day: string): string => `${day}T23:59:59+08:00`

/** `count` days from `from` on, leaving out Saturdays and Sundays unless `withWeekends`. */
export function spreadDays(from: string, count: number, withWeekends: boolean): string[] {
  const days: string[] = []
  for (let day = from; days.length < count; day = addDays(day, 1)) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
    if (withWeekends || (weekday !== 0 && weekday !== 6)) days.push(day)
  }
  return days
}

/** `items` dealt to `days` in equal parts, neighbours together: the first part to the first day. */
export function dealToDays<Item>(items: Item[], days: string[]): { day: string; items: Item[] }[] {
  return days
    .map((day, index) => ({
      day,
      items: items.slice(
        Math.round((index * items.length) / days.length),
        Math.round(((index + 1) * items.length) / days.length),
      ),
    }))
    .filter((part) => part.items.length > 0)
}

/** A day in some days' time, where a date field begins. */
export const inDays = (count: number): string => addDays(districtDay(), count)
