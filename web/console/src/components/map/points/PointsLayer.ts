// All points of a map in one layer drawn straight to a canvas: what lies together is one mark, whatever kinds it is of. While the
// map is moved, what was drawn is moved along, and is drawn anew where it no longer covers the view. Not here: fetching (tiles.ts).
import Layer from 'ol/layer/Layer'
import type { FrameState } from 'ol/Map'
import { grouped, isNear, reach, stackOf, within, type Group } from './cluster'
import { Marks, type Mark } from './symbols'
import type { Look } from '../palette'
import type { MapPoint } from './types'

type Drawn = { group: Group; mark: Mark; x: number; y: number }
/** Where the canvas was drawn: centre, metres to a pixel, size in pixels of the page. */
type Frame = { centre: number[]; resolution: number; width: number; height: number; pixelRatio: number }
export type Window = { from: number | null; to: number | null }

const ROOM = 1.3 // the canvas is so much larger than the view
const FEW = 1_500 // so many marks are drawn in every frame
const EARTH = 156543.03392804097

/** What is to be drawn, and a call for what is missing over an extent at a zoom. */
export type PointsSource = { points: () => MapPoint[]; want: (extent: number[], zoom: number) => void }

export class PointsLayer extends Layer {
  private readonly canvas = document.createElement('canvas')
  private readonly pen = this.canvas.getContext('2d')!
  private frame: Frame | null = null
  private drawn: Drawn[] = []
  private groups: { key: string; list: Group[] } = { key: '', list: [] }
  private version = 0
  private marks = new Marks('light', 1)
  private window: Window = { from: null, to: null }
  private isStale = true
  private moved = { x: 0, y: 0, scale: 1 }

  constructor(
    private readonly points: PointsSource,
    private look: Look,
    zIndex = 30,
  ) {
    super({ zIndex })
    this.canvas.className = 'ol-layer points'
    this.canvas.style.position = 'absolute'
    this.canvas.style.pointerEvents = 'none'
    this.canvas.style.transformOrigin = '0 0'
  }

  /** The points are others. */
  renew(): void {
    this.version++
    this.isStale = true
    this.changed()
  }

  /** As `renew`, from within a frame: what is drawn next is new. */
  renewSoon(): void {
    this.version++
    this.isStale = true
  }

  dress(look: Look): void {
    this.look = look
    this.isStale = true
    this.changed()
  }

  /** Shows only what was captured within; things without a time stay. */
  setWindow(window: Window): void {
    if (window.from === this.window.from && window.to === this.window.to) return
    this.window = window
    this.renew()
  }

  /** The marks under a pixel of the map, nearest first. */
  at(pixel: number[]): Group[] {
    const { x: left, y: top, scale } = this.moved
    const found = this.drawn
      .map((one) => ({
        one,
        dx: Math.abs(one.x * scale + left - pixel[0]!),
        dy: Math.abs(one.y * scale + top - pixel[1]!),
      }))
      .filter(({ one, dx, dy }) => dx <= one.mark.halfWidth && dy <= one.mark.halfHeight)
    return found.sort((a, b) => a.dx + a.dy - b.dx - b.dy).map(({ one }) => one.group)
  }

  get shown(): Group[] {
    return this.groups.list
  }

  override render(state: FrameState | null): HTMLElement {
    if (!state) return this.canvas
    const { center, resolution } = state.viewState
    const zoom = Math.log2(EARTH / resolution)
    this.points.want(state.extent!, zoom)
    const isMoving = state.viewHints[0]! + state.viewHints[1]! > 0
    if (this.mustDraw(state, isMoving)) this.paint(state, zoom)
    this.place(center, resolution, state.size)
    return this.canvas
  }

  private mustDraw(state: FrameState, isMoving: boolean): boolean {
    const frame = this.frame
    if (this.isStale || !frame || frame.pixelRatio !== state.pixelRatio) return true
    if (frame.width < state.size[0]! || frame.height < state.size[1]!) return true
    const { center, resolution } = state.viewState
    if (frame.resolution === resolution && this.covers(frame, center, state.size)) return false
    return !isMoving || this.drawn.length <= FEW || !this.covers(frame, center, state.size)
  }

  private covers(frame: Frame, centre: number[], size: number[]): boolean {
    const [dx, dy] = [centre[0]! - frame.centre[0]!, centre[1]! - frame.centre[1]!].map(
      (one) => Math.abs(one) / frame.resolution,
    )
    return dx! * 2 + size[0]! <= frame.width && dy! * 2 + size[1]! <= frame.height
  }

  private paint(state: FrameState, zoom: number): void {
    const { center, resolution } = state.viewState
    const [width, height] = [Math.round(state.size[0]! * ROOM), Math.round(state.size[1]! * ROOM)]
    const ratio = state.pixelRatio
    this.frame = { centre: center.slice(), resolution, width, height, pixelRatio: ratio }
    this.isStale = false
    if (this.marks.look !== this.look || this.marks.pixelRatio !== ratio) this.marks = new Marks(this.look, ratio)
    this.canvas.width = width * ratio
    this.canvas.height = height * ratio
    this.canvas.style.width = `${width}px`
    this.canvas.style.height = `${height}px`
    this.drawn = []
    const [left, top] = [center[0]! - (width / 2) * resolution, center[1]! + (height / 2) * resolution]
    for (const group of this.groupsAt(zoom)) {
      const [x, y] = [(group.x - left) / resolution, (top - group.y) / resolution]
      if (x < -40 || y < -40 || x > width + 40 || y > height + 40) continue
      const mark = this.markOf(group, zoom)
      this.drawn.push({ group, mark, x, y })
      this.pen.drawImage(
        mark.picture,
        Math.round((x - mark.halfWidth) * ratio),
        Math.round((y - mark.halfHeight) * ratio),
      )
    }
  }

  private markOf(group: Group, zoom: number): Mark {
    const stack = group.count === 1 || isNear(Math.round(zoom)) ? stackOf(group) : null
    return stack ? this.marks.single(stack.top, stack.number) : this.marks.bubble(group)
  }

  /** Grouped at whole zooms, so that bubbles do not jump while the map is zoomed; the gravest is drawn last. */
  private groupsAt(zoom: number): Group[] {
    const level = Math.round(zoom)
    const key = `${this.version} ${level}`
    if (this.groups.key !== key) {
      const points = within(this.points.points(), this.window.from, this.window.to)
      const list = grouped(points, reach(level) * (EARTH / 2 ** level))
      list.sort((one, other) => gravest(one) - gravest(other) || one.count - other.count)
      this.groups = { key, list }
    }
    return this.groups.list
  }

  private place(centre: number[], resolution: number, size: number[]): void {
    const frame = this.frame!
    const scale = frame.resolution / resolution
    const x = size[0]! / 2 + (frame.centre[0]! - centre[0]!) / resolution - (frame.width / 2) * scale
    const y = size[1]! / 2 - (frame.centre[1]! - centre[1]!) / resolution - (frame.height / 2) * scale
    this.moved = { x, y, scale }
    this.canvas.style.transform = `matrix(${scale}, 0, 0, ${scale}, ${x}, ${y})`
  }
}

const gravest = (group: Group): number =>
  Math.max(...group.kinds.map((one) => (one.emergencies > 0 ? 5 : one.severity)))
