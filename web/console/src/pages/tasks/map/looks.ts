// How tasks look on a map: a shape and a colour for each status, so that colour alone says nothing; late ones have a red ring.
import type { FeatureLike } from 'ol/Feature'
import { Circle, Fill, RegularShape, Stroke, Style } from 'ol/style'

type Shape = { points: number; inner?: number; turn?: number }
export type Look = { colour: string; shape: Shape | null }

const LOOKS: Record<string, Look> = {
  planned: { colour: '#a15c00', shape: null },
  declined: { colour: '#c62828', shape: { points: 4, inner: 2.4, turn: Math.PI / 4 } },
  assigned: { colour: '#1f5fbf', shape: { points: 4, turn: Math.PI / 4 } },
  accepted: { colour: '#1f5fbf', shape: { points: 3 } },
  in_progress: { colour: '#0a7c86', shape: { points: 4 } },
  submitted: { colour: '#7b3fa0', shape: { points: 5, inner: 3.6 } },
  done: { colour: '#1b7f4b', shape: { points: 6 } },
}
const OTHER: Look = { colour: '#5f6368', shape: { points: 4, inner: 2.4 } }
const RADIUS = { small: 6.5, large: 9 }

export const lookOf = (status: string): Look => LOOKS[status] ?? OTHER

function image(look: Look, radius: number, isLate: boolean): Circle | RegularShape {
  const fill = new Fill({ color: look.colour })
  const stroke = new Stroke({ color: isLate ? '#c62828' : '#ffffff', width: isLate ? 2.5 : 1.5 })
  if (!look.shape) return new Circle({ radius: radius - 1, fill, stroke })
  const { points, inner, turn } = look.shape
  return new RegularShape({ points, radius, radius2: inner, angle: turn ?? 0, fill, stroke })
}

const cache = new Map<string, Style[]>()

/** The style of a task; `isChosen` draws it larger with a halo. */
export function taskStyle(feature: FeatureLike, isChosen: boolean): Style[] {
  const [status, isLate] = [String(feature.get('status')), Boolean(feature.get('overdue'))]
  const key = [status, isLate, isChosen].join()
  const found = cache.get(key)
  if (found) return found
  const own = new Style({ image: image(lookOf(status), isChosen ? RADIUS.large : RADIUS.small, isLate) })
  const halo = new Style({ image: new Circle({ radius: 13, fill: new Fill({ color: 'rgba(214, 108, 0, 0.35)' }) }) })
  const made = isChosen ? [halo, own] : [own]
  cache.set(key, made)
  return made
}

/** The same shape as a path of a 16 × 16 drawing, for the legend. */
export function legendPath(status: string): string {
  const { shape } = lookOf(status)
  if (!shape) return 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12Z'
  const corners = shape.inner ? shape.points * 2 : shape.points
  const places = Array.from({ length: corners }, (_one, index) => {
    const radius = shape.inner && index % 2 ? shape.inner : 6.5
    const angle = (index * 2 * Math.PI) / corners + (shape.turn ?? 0) - Math.PI / 2
    return `${(8 + radius * Math.cos(angle)).toFixed(2)} ${(8 + radius * Math.sin(angle)).toFixed(2)}`
  })
  return `M${places.join('L')}Z`
}
