// What stands around the map on a printed sheet, drawn on a canvas so that no font can be missing where it is opened.
import { MAP_FONT } from '@/components/map/ground'
import type { Kind } from '@/components/map/palette'
import type { Group } from '@/components/map/points/cluster'
import { Marks } from '@/components/map/points/symbols'
import { CATEGORIES, SEVERITIES, type SeverityRank } from '@/components/map/points/types'
import type { Legend } from './painting'

export type Pen = CanvasRenderingContext2D
export type Box = { x: number; y: number; width: number; height: number }
/** All words of a sheet, in the language shown. */
export type SheetWords = {
  title: string
  district: string
  date: string
  filters: string[]
  attribution: string
  invented: string
  legend: string
  classCount: (n: number) => string
  north: string
  scale: (n: string) => string
  kinds: { kind: Kind; label: string }[]
  categories: Record<string, string>
  severities: Record<string, string>
  bubble: string
}
const INK = '#1f2933'
const QUIET = '#5f6b78'
const LINE = '#aab4bf'
export const MARGIN = 30
const HEAD = 58
const LINE_HEIGHT = 15

export function text(
  pen: Pen,
  words: string,
  x: number,
  y: number,
  size: number,
  more: { bold?: boolean; colour?: string; align?: CanvasTextAlign } = {},
): number {
  pen.font = `${more.bold ? 700 : 400} ${size}px ${MAP_FONT}`
  pen.fillStyle = more.colour ?? INK
  pen.textAlign = more.align ?? 'left'
  pen.textBaseline = 'alphabetic'
  pen.fillText(words, x, y)
  return pen.measureText(words).width
}

/** Where the map goes on a sheet of this size. */
export function mapBox(width: number, height: number, filters: string[]): Box {
  const foot = 24 + filters.length * LINE_HEIGHT
  return { x: MARGIN, y: MARGIN + HEAD, width: width - MARGIN * 2, height: height - MARGIN * 2 - HEAD - foot }
}

/** Words broken into lines that fit; Chinese breaks anywhere. */
export function broken(pen: Pen, words: string, width: number, size: number): string[] {
  pen.font = `400 ${size}px ${MAP_FONT}`
  const lines: string[] = []
  let line = ''
  for (const piece of words.match(/[\w.%–-]+|\s+|[^\w\s]/g) ?? []) {
    if (line && pen.measureText(line + piece).width > width) {
      lines.push(line)
      line = piece.trimStart()
    } else line += piece
  }
  return line ? [...lines, line] : lines
}

export function head(pen: Pen, width: number, words: SheetWords): void {
  text(pen, words.title, MARGIN, MARGIN + 30, 24, { bold: true })
  text(pen, words.district, width - MARGIN, MARGIN + 20, 14, { bold: true, align: 'right' })
  text(pen, words.date, width - MARGIN, MARGIN + 40, 12, { colour: QUIET, align: 'right' })
}

export function foot(pen: Pen, box: Box, words: SheetWords): void {
  let y = box.y + box.height + 20
  for (const line of words.filters) {
    text(pen, line, MARGIN, y, 11.5, { colour: INK })
    y += LINE_HEIGHT
  }
  text(pen, words.attribution, box.x + box.width, box.y + box.height + 20, 10, { colour: QUIET, align: 'right' })
}

export function frame(pen: Pen, box: Box): void {
  pen.strokeStyle = INK
  pen.lineWidth = 1
  pen.strokeRect(box.x, box.y, box.width, box.height)
}

/** `metres`: of the ground to a pixel of the sheet. */
export function scaleBar(pen: Pen, box: Box, metres: number, words: SheetWords): void {
  const length = niceLength(metres * 130)
  const width = length / metres
  const [x, y] = [box.x + 18, box.y + box.height - 20]
  panel(pen, { x: x - 10, y: y - 26, width: Math.max(width, 110) + 20, height: 38 })
  pen.lineWidth = 1
  for (let part = 0; part < 4; part++) {
    pen.fillStyle = part % 2 ? '#ffffff' : INK
    pen.fillRect(x + (part * width) / 4, y, width / 4, 5)
  }
  pen.strokeStyle = INK
  pen.strokeRect(x, y, width, 5)
  text(pen, '0', x, y - 5, 10)
  text(pen, length >= 1000 ? `${length / 1000} km` : `${length} m`, x + width, y - 5, 10, { align: 'right' })
  const INCH_MM = 25.4
  const ratio = metres / (INCH_MM / 96 / 1000)
  const rounded = Math.round(ratio / 100) * 100
  text(pen, words.scale(rounded.toLocaleString('en')), x + Math.max(width, 110) + 22, y + 5, 11)
}

/** The largest of 1, 2, 5 × 10ⁿ that is not longer. */
export function niceLength(most: number): number {
  const size = 10 ** Math.floor(Math.log10(most))
  return [5, 2, 1].map((step) => step * size).find((step) => step <= most)!
}

export function north(pen: Pen, box: Box, words: SheetWords): void {
  const [x, y] = [box.x + box.width - 32, box.y + 22]
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(x + 9, y + 28)
  pen.lineTo(x, y + 22)
  pen.lineTo(x - 9, y + 28)
  pen.closePath()
  pen.fillStyle = INK
  pen.fill()
  text(pen, words.north, x, y + 42, 12, { bold: true, align: 'center' })
}

/** Says over the whole map that nothing on it is real. */
export function invented(pen: Pen, box: Box, words: SheetWords): void {
  pen.save()
  pen.translate(box.x + box.width / 2, box.y + box.height / 2)
  pen.rotate(-Math.PI / 8)
  pen.globalAlpha = 0.1
  text(pen, words.invented, 0, 60, Math.min(box.width / 4, 190), { bold: true, align: 'center', colour: '#7a1020' })
  pen.restore()
}

function panel(pen: Pen, { x, y, width, height }: Box): void {
  pen.fillStyle = 'rgba(255, 255, 255, 0.93)'
  pen.fillRect(x, y, width, height)
}

type Row = (x: number, y: number) => number
/** The legend in the corner of the map. */
export function legendBox(pen: Pen, box: Box, ratio: number, legend: Legend | null, words: SheetWords): void {
  const rows = [...figureRows(pen, legend, words), ...markRows(pen, ratio, words)]
  if (!rows.length) return
  const width = 190
  // drawn once off the sheet to learn how high it becomes
  pen.save()
  pen.translate(-10_000, 0)
  const height = rows.reduce((y, row) => y + row(0, y), 30) + 8
  pen.restore()
  const [x, y] = [box.x + box.width - width - 10, box.y + box.height - height - 10]
  panel(pen, { x, y, width, height })
  pen.strokeStyle = LINE
  pen.strokeRect(x, y, width, height)
  text(pen, words.legend, x + 10, y + 19, 13, { bold: true })
  rows.reduce((top, row) => top + row(x + 10, top), y + 30)
}

function figureRows(pen: Pen, legend: Legend | null, words: SheetWords): Row[] {
  if (!legend) return []
  const title = legend.unit ? `${legend.title}（${legend.unit}）` : legend.title
  return [
    (x, y) => (text(pen, title, x, y + 11, 11.5, { bold: true }), 19),
    ...legend.classes.map((one): Row => (x, y) => {
      pen.fillStyle = one.colour === 'transparent' ? '#ffffff' : one.colour
      pen.fillRect(x, y, 24, 12)
      pen.strokeStyle = LINE
      pen.strokeRect(x, y, 24, 12)
      text(pen, one.label, x + 32, y + 10.5, 11)
      text(pen, words.classCount(one.count), x + 170, y + 10.5, 10, { align: 'right', colour: QUIET })
      return 17
    }),
    ...(legend.note
      ? broken(pen, legend.note, 168, 10).map(
          (line): Row =>
            (x, y) => (text(pen, line, x, y + 11, 10, { colour: QUIET }), 14),
        )
      : []),
    () => 6,
  ]
}

function markRows(pen: Pen, ratio: number, words: SheetWords): Row[] {
  if (!words.kinds.length) return []
  const marks = new Marks('light', ratio)
  const hasGravity = words.kinds.some((one) => one.kind === 'reports' || one.kind === 'referrals')
  const mark = (kind: Kind, category: string, severity: SeverityRank, x: number, y: number): void => {
    const { picture, halfWidth, halfHeight } = marks.single({
      kind,
      category,
      severity,
      emergencies: severity === 4 ? 1 : 0,
    })
    pen.drawImage(picture, x - halfWidth, y - halfHeight, halfWidth * 2, halfHeight * 2)
  }
  const line =
    (kind: Kind, category: string, severity: SeverityRank, label: string): Row =>
    (x, y) => {
      mark(kind, category, severity, x + 12, y + 9)
      text(pen, label, x + 32, y + 13, 11)
      return severity === 4 ? 26 : 21
    }
  const bubble: Group = {
    x: 0, y: 0, count: 12, members: [],
    kinds: words.kinds.slice(0, 2).map((one, at) => ({ kind: one.kind, count: at ? 8 : 12, severity: hasGravity ? 3 : 0, emergencies: 0 })),
  } // prettier-ignore
  return [
    ...words.kinds.map((one) => line(one.kind, '', 0, one.label)),
    ...CATEGORIES.map((category) => line(words.kinds[0]!.kind, category, 0, words.categories[category] ?? category)),
    ...(hasGravity
      ? SEVERITIES.slice(1).map((code, at) =>
          line('referrals', '', (at + 1) as SeverityRank, words.severities[code] ?? code),
        )
      : []),
    (x, y) => {
      const { picture, halfWidth, halfHeight } = marks.bubble(bubble)
      pen.drawImage(picture, x - 4, y, halfWidth * 2, halfHeight * 2)
      const lines = broken(pen, words.bubble, 168 - halfWidth * 2, 10)
      lines.forEach((one, at) => text(pen, one, x + halfWidth * 2 + 2, y + 13 + at * 13, 10, { colour: QUIET }))
      return Math.max(halfHeight * 2, lines.length * 13 + 6)
    },
  ]
}
