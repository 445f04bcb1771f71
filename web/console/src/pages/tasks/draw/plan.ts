// The plan for places that were drawn around: which day each ends, who goes. It becomes one call of the server, all or nothing.
import type { Body } from '@/api'
import { dealToDays, dueMoment, spreadDays } from '../due'
import type { Place } from './places'

export type Plan = {
  what: 'site' | 'grid'
  category: string
  kind: string
  firstDay: string
  days: number
  withWeekends: boolean
  way: 'duty' | 'worker' | 'later'
  worker: string
  instructions: string
}
export type Line = { place: Place; day: string }

/** Each place with the day on which its task ends. */
export function linesOf(plan: Plan, places: Place[]): Line[] {
  const days = spreadDays(plan.firstDay, plan.days, plan.withWeekends)
  return dealToDays(places, days).flatMap(({ day, items }) => items.map((place) => ({ place, day })))
}

export function bodyOf(plan: Plan, lines: Line[]): Body<'/api/v1/tasks/bulk'> {
  return {
    category: plan.category as Body<'/api/v1/tasks/bulk'>['category'],
    kind: plan.kind as Body<'/api/v1/tasks/bulk'>['kind'],
    instructions: plan.instructions.trim(),
    by_responsibility: plan.way === 'duty',
    assignee_id: plan.way === 'worker' && plan.worker ? plan.worker : null,
    places: lines.map(({ place, day }) => ({
      ...(plan.what === 'site' ? { site_id: place.id } : { grid_code: place.id }),
      due_at: dueMoment(day),
    })),
  }
}
