// The marks on the map, drawn once each and kept as pictures. Plate = what it is (circle: case or report, square: site, diamond:
// task); sign upon it = category; colour = how grave. Numbers stand in bubbles, one part for each kind of thing in them.
import { MAP_FONT } from '../ground'
import { KIND_COLOURS, SEVERITY_COLOURS, SEVERITY_INK, type Look } from '../palette'
import type { Group } from './cluster'
import { CATEGORIES, SEVERITIES, type Kind, type MapPoint } from './types'

/** A picture and half its size in pixels of the page. */
export type Mark = { picture: HTMLCanvasElement; halfWidth: number; halfHeight: number }
type Pen = CanvasRenderingContext2D

const BASE: Record<Kind, number> = { referrals: 10, reports: 8, sites: 8, tasks: 9.5 }
const GRAVER = [0, 0, 0.5, 1.5, 2.5]
const MARGIN = 4

export class Marks {
  private readonly kept = new Map<string, Mark>()

  constructor(
    readonly look: Look,
    readonly pixelRatio: number,
  ) {}

  /** The mark of one thing; with `number` in its corner, of several at one place of which it is the gravest. */
  single(point: Pick<MapPoint, 'kind' | 'category' | 'severity' | 'emergencies'>, number = 1): Mark {
    const isEmergency = point.emergencies > 0
    const key = `${point.kind} ${point.category} ${point.severity} ${isEmergency} ${number}`
    return this.made(key, () => {
      const radius = BASE[point.kind] + (GRAVER[point.severity] ?? 0)
      const half = radius + MARGIN + (isEmergency ? 4 : 0) + (number > 1 ? 5 : 0)
      return this.draw(half, half, (pen) => {
        const severity = SEVERITIES[isEmergency ? 4 : point.severity]!
        if (isEmergency) ring(pen, radius + 4, SEVERITY_COLOURS[this.look].emergency, 2)
        plate(pen, point.kind, radius, this.plateColours(point.kind, severity))
        sign(pen, point.category, radius * 0.62)
        if (number > 1) this.corner(pen, radius * 0.85, shortNumber(number))
      })
    })
  }

  /** The bubble of several things. */
  bubble(group: Group): Mark {
    const parts = group.kinds.map((one) => ({ ...one, text: shortNumber(one.count) }))
    const key = parts.map((one) => `${one.kind}${one.text}/${one.severity}/${one.emergencies > 0}`).join(' ')
    return this.made(key, () => {
      const radius = bubbleRadius(group.count)
      const widths = parts.map((one) => Math.max(radius * (parts.length > 1 ? 1.5 : 2), one.text.length * 7.6 + 12))
      const width = Math.max(
        widths.reduce((sum, one) => sum + one, 0),
        radius * 2,
      )
      return this.draw(width / 2 + MARGIN + 2, radius + MARGIN + 2, (pen) => {
        this.capsule(pen, width, radius, parts, widths)
      })
    })
  }

  private corner(pen: Pen, at: number, text: string): void {
    const { fill, ink, edge } = KIND_COLOURS[this.look].referrals
    const width = Math.max(14, text.length * 6.5 + 7)
    pen.beginPath()
    pen.roundRect(at - width / 2, -at - 7, width, 14, 7)
    pen.fillStyle = fill
    pen.fill()
    pen.lineWidth = 1.2
    pen.strokeStyle = edge
    pen.stroke()
    pen.fillStyle = ink
    pen.font = `600 10px ${MAP_FONT}`
    pen.textAlign = 'center'
    pen.textBaseline = 'middle'
    pen.fillText(text, at, -at + 0.5)
  }

  private capsule(pen: Pen, width: number, radius: number, parts: Part[], widths: number[]): void {
    const edge = Math.max(...parts.map((one) => (one.emergencies > 0 ? 4 : one.severity)))
    pen.shadowColor = 'rgba(0, 0, 0, 0.28)'
    pen.shadowBlur = 4
    pen.shadowOffsetY = 1
    pen.beginPath()
    pen.roundRect(-width / 2, -radius, width, radius * 2, radius)
    pen.fillStyle = KIND_COLOURS[this.look][parts[0]!.kind].fill
    pen.fill()
    pen.shadowColor = 'transparent'
    pen.save()
    pen.clip()
    let left = -width / 2
    parts.forEach((part, index) => {
      const { fill, ink } = KIND_COLOURS[this.look][part.kind]
      pen.fillStyle = fill
      pen.fillRect(left, -radius, widths[index]! + 1, radius * 2)
      pen.fillStyle = ink
      pen.font = `600 ${radius > 17 ? 13 : 12}px ${MAP_FONT}`
      pen.textAlign = 'center'
      pen.textBaseline = 'middle'
      pen.fillText(part.text, left + widths[index]! / 2, 0.5)
      left += widths[index]!
    })
    pen.restore()
    pen.beginPath()
    pen.roundRect(-width / 2, -radius, width, radius * 2, radius)
    pen.lineWidth = edge >= 2 ? 3 : 1.5
    pen.strokeStyle = edge >= 2 ? SEVERITY_COLOURS[this.look][SEVERITIES[edge]!] : KIND_COLOURS[this.look].reports.edge
    pen.stroke()
  }

  private plateColours(kind: Kind, severity: (typeof SEVERITIES)[number]): Colours {
    const { fill, ink, edge } = KIND_COLOURS[this.look][kind]
    const grave = SEVERITY_COLOURS[this.look][severity]
    if (kind === 'referrals') return { fill: grave, ink: SEVERITY_INK[severity], edge }
    if (kind === 'reports')
      return { fill, ink: severity === 'none' ? edge : grave, edge: severity === 'none' ? edge : grave }
    return { fill, ink, edge }
  }

  private made(key: string, make: () => Mark): Mark {
    let found = this.kept.get(key)
    if (!found) this.kept.set(key, (found = make()))
    return found
  }

  private draw(halfWidth: number, halfHeight: number, paint: (pen: Pen) => void): Mark {
    const picture = document.createElement('canvas')
    picture.width = Math.ceil(halfWidth * 2 * this.pixelRatio)
    picture.height = Math.ceil(halfHeight * 2 * this.pixelRatio)
    const pen = picture.getContext('2d')!
    pen.scale(this.pixelRatio, this.pixelRatio)
    pen.translate(halfWidth, halfHeight)
    paint(pen)
    return { picture, halfWidth, halfHeight }
  }
}

type Part = Group['kinds'][number] & { text: string }
type Colours = { fill: string; ink: string; edge: string }

export const bubbleRadius = (count: number): number => Math.min(13 + Math.log10(count) * 3.4, 25)

/** `1234` as `1.2k`: no more than four signs in a bubble. */
export function shortNumber(count: number): string {
  if (count < 1000) return String(count)
  if (count < 10_000) return `${(Math.floor(count / 100) / 10).toFixed(1)}k`
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`
  return `${(Math.floor(count / 100_000) / 10).toFixed(1)}M`
}

function ring(pen: Pen, radius: number, colour: string, width: number): void {
  pen.beginPath()
  pen.arc(0, 0, radius, 0, Math.PI * 2)
  pen.lineWidth = width
  pen.strokeStyle = colour
  pen.stroke()
}

function plate(pen: Pen, kind: Kind, radius: number, { fill, ink, edge }: Colours): void {
  pen.beginPath()
  if (kind === 'sites') pen.roundRect(-radius, -radius, radius * 2, radius * 2, 3)
  else if (kind === 'tasks') {
    pen.moveTo(0, -radius * 1.2)
    pen.lineTo(radius * 1.2, 0)
    pen.lineTo(0, radius * 1.2)
    pen.lineTo(-radius * 1.2, 0)
    pen.closePath()
  } else pen.arc(0, 0, radius, 0, Math.PI * 2)
  pen.shadowColor = 'rgba(0, 0, 0, 0.3)'
  pen.shadowBlur = 3
  pen.fillStyle = fill
  pen.fill()
  pen.shadowColor = 'transparent'
  pen.lineWidth = 1.8
  pen.strokeStyle = edge
  pen.stroke()
  pen.fillStyle = ink
}

/** The sign of a category in the colour set: a cross, a stall with its awning, a drop. */
function sign(pen: Pen, category: string, size: number): void {
  pen.beginPath()
  if (category === CATEGORIES[0]) {
    const arm = size * 0.34
    pen.rect(-arm, -size, arm * 2, size * 2)
    pen.rect(-size, -arm, size * 2, arm * 2)
  } else if (category === CATEGORIES[1]) {
    pen.moveTo(-size * 0.75, -size * 0.85)
    pen.lineTo(size * 0.75, -size * 0.85)
    pen.lineTo(size, -size * 0.05)
    pen.lineTo(-size, -size * 0.05)
    pen.closePath()
    pen.rect(-size * 0.72, size * 0.12, size * 1.44, size * 0.75)
  } else if (category === CATEGORIES[2]) {
    pen.moveTo(0, -size * 1.1)
    pen.bezierCurveTo(size * 0.5, -size * 0.4, size * 0.8, 0, size * 0.8, size * 0.3)
    pen.arc(0, size * 0.3, size * 0.8, 0, Math.PI)
    pen.bezierCurveTo(-size * 0.8, 0, -size * 0.5, -size * 0.4, 0, -size * 1.1)
  } else pen.arc(0, 0, size * 0.5, 0, Math.PI * 2)
  pen.fill()
}
