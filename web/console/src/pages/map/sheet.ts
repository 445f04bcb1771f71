// A sheet to print: the map drawn anew off screen at the resolution of paper, with what belongs around it. Loaded when it is needed.
import OlMap from 'ol/Map'
import View from 'ol/View'
import { bytes } from '@/api'
import { queryClient } from '@/app/queries'
import { baseLayers, type BaseMap } from '@/components/map/baseMap'
import { areaLayer } from '@/components/map/drawing'
import { fromScreen } from '@/components/map/datum'
import { gridShapes } from '@/components/map/grids'
import { Ground } from '@/components/map/ground'
import type { LonLat } from '@/components/map/map'
import { GROUND_COLOURS } from '@/components/map/palette'
import { PointSet, type Asking } from '@/components/map/points/PointSet'
import { PointsLayer } from '@/components/map/points/PointsLayer'
import type { Part } from '@/components/map/points/usePoints'
import type { Picture } from './painting'
import {
  foot,
  frame,
  head,
  invented,
  legendBox,
  mapBox,
  north,
  scaleBar,
  broken,
  MARGIN,
  type Box,
  type SheetWords,
} from './sheetParts'

export type Paper = 'A4' | 'A3'
/** Landscape, in pixels of 1/96 inch. */
export const PAPERS: Record<Paper, { width: number; height: number; mm: [number, number] }> = {
  A4: { width: 1123, height: 794, mm: [297, 210] },
  A3: { width: 1587, height: 1123, mm: [420, 297] },
}
/** Of the sheet to those pixels: 192 dots to an inch. */
export const RATIO = 2
const LONGEST_WAIT_MS = 20_000

export type Wanted = {
  paper: Paper
  /** What must be seen, on the map's plane. */
  extent: number[]
  base: BaseMap
  picture: Picture | null
  asking: Asking
  part: Part
  ring: LonLat[] | null
  isInvented: boolean
  words: SheetWords
}

/** The sheet as a picture. Rejects where the map does not come. */
export async function drawSheet(wanted: Wanted): Promise<HTMLCanvasElement> {
  const { width, height } = PAPERS[wanted.paper]
  const sheet = document.createElement('canvas')
  ;[sheet.width, sheet.height] = [width * RATIO, height * RATIO]
  const pen = sheet.getContext('2d')!
  pen.scale(RATIO, RATIO)
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, width, height)
  const room = width - MARGIN * 2 - 260
  const words = { ...wanted.words, filters: wanted.words.filters.flatMap((line) => broken(pen, line, room, 11.5)) }
  const box = mapBox(width, height, words.filters)
  const metres = await drawMap(pen, box, wanted)
  if (wanted.isInvented) invented(pen, box, words)
  head(pen, width, words)
  foot(pen, box, words)
  scaleBar(pen, box, metres, words)
  north(pen, box, words)
  legendBox(pen, box, RATIO, wanted.picture?.legend ?? null, words)
  frame(pen, box)
  return sheet
}

/** Draws the map into `box`; answers how many metres of the ground a pixel is. */
async function drawMap(pen: CanvasRenderingContext2D, box: Box, wanted: Wanted): Promise<number> {
  const target = document.createElement('div')
  Object.assign(target.style, {
    position: 'fixed',
    left: '-20000px',
    top: '0',
    width: `${box.width}px`,
    height: `${box.height}px`,
  })
  document.body.append(target)
  const map = new OlMap({
    target,
    pixelRatio: RATIO,
    controls: [],
    interactions: [],
    view: new View({ enableRotation: false }),
  })
  try {
    map.getView().fit(wanted.extent, { size: [box.width, box.height] })
    await fill(map, wanted)
    pen.fillStyle = GROUND_COLOURS.light.sea
    pen.fillRect(box.x, box.y, box.width, box.height)
    pen.save()
    pen.beginPath()
    pen.rect(box.x, box.y, box.width, box.height)
    pen.clip()
    for (const canvas of target.querySelectorAll('canvas')) copyLayer(pen, box, canvas)
    pen.restore()
    const [, latitude] = fromScreen(map.getView().getCenter()!)
    return map.getView().getResolution()! * Math.cos((latitude * Math.PI) / 180)
  } finally {
    map.setTarget(undefined)
    map.dispose()
    target.remove()
  }
}

async function fill(map: OlMap, { base, picture, asking, part, ring }: Wanted): Promise<void> {
  const quiet = { onTrouble: () => undefined, onAnswer: () => undefined }
  for (const layer of await baseLayers(base, 'light', quiet)) map.addLayer(layer)
  const ground = new Ground({ look: 'light', onBaseMap: base.kind !== 'none' })
  for (const layer of ground.layers) map.addLayer(layer)
  ground.show(await gridShapes(queryClient))
  ground.paint(picture?.painting ?? null)
  const area = areaLayer('light')
  area.show(ring)
  map.addLayer(area.layer)
  let renew = (): void => undefined
  const points = new PointSet(
    bytes,
    () => renew(),
    () => undefined,
  )
  const layer = new PointsLayer(
    { points: () => points.points, want: (extent, zoom) => void points.want(extent, zoom) },
    'light',
  )
  layer.setWindow({ from: part?.from ?? null, to: part?.to ?? null })
  map.addLayer(layer)
  points.ask(asking)
  await whole(map, points, (listen) => (renew = listen))
  layer.renew()
  await new Promise<void>((resolve) => map.once('rendercomplete', () => resolve()))
  points.stop()
}

/** Waits until all points over the map have come; what does not come in time is left out. */
function whole(map: OlMap, points: PointSet, onChange: (listen: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LONGEST_WAIT_MS)
    const look = (): void => {
      points.look()
      if (points.isLoading) return
      clearTimeout(late)
      resolve()
    }
    onChange(look)
    map.once('postrender', look)
    map.renderSync()
  })
}

/** One layer's canvas as it lies on the map: OpenLayers scales and moves canvases by their style. */
function copyLayer(pen: CanvasRenderingContext2D, box: Box, canvas: HTMLCanvasElement): void {
  if (!canvas.width) return
  const moved = /^matrix\((.+)\)$/.exec(canvas.style.transform)?.[1]?.split(',').map(Number) ?? [1, 0, 0, 1, 0, 0]
  const [a, b, c, d, e, f] = moved as [number, number, number, number, number, number]
  const shown = parseFloat(canvas.style.width)
  const fine = Number.isFinite(shown) && canvas.style.width.endsWith('px') ? shown / canvas.width : 1
  pen.save()
  const opacity = (canvas.parentElement as HTMLElement).style.opacity || canvas.style.opacity
  pen.globalAlpha = opacity === '' ? 1 : Number(opacity)
  pen.translate(box.x, box.y)
  pen.transform(a * fine, b * fine, c * fine, d * fine, e, f)
  pen.drawImage(canvas, 0, 0)
  pen.restore()
}

export function asPicture(sheet: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the sheet is too large'))), 'image/png'),
  )
}

/** The sheet as a PDF of its paper's size. */
export async function asPdf(sheet: HTMLCanvasElement, paper: Paper, title: string): Promise<Blob> {
  const { jsPDF } = await import('jspdf')
  const [width, height] = PAPERS[paper].mm
  const pdf = new jsPDF({ orientation: 'landscape', unit: 'mm', format: [width, height], compress: true })
  pdf.setProperties({ title })
  pdf.addImage(sheet.toDataURL('image/jpeg', 0.94), 'JPEG', 0, 0, width, height)
  return pdf.output('blob')
}
