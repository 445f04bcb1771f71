// Points of several kinds over one view: which tiles they need, what has come, how many they are. Not here: Vue, drawing.
import { counted } from './cluster'
import { PointTiles, type FetchTile } from './tiles'
import type { Kind, MapPoint } from './types'

/** How each kind is asked: `whole` for all of the period, `part` for the part that the slider shows (where there is one). */
export type Asking = Partial<Record<Kind, { whole: string; part: string | null }>>
type Asked = [Kind, NonNullable<Asking[Kind]>]

const DEEPEST = 19 // the server enlarges no further
/** The level of the tiles shown at a zoom: half a screen each, so that a cell of a tile is about as large as a bubble. */
export const levelAt = (zoom: number): number => Math.min(Math.max(Math.floor(zoom + 0.25) - 1, 0), DEEPEST)

export class PointSet {
  private readonly tiles = new Map<Kind, PointTiles>()
  private view: { extent: number[]; level: number } | null = null

  constructor(
    private readonly fetchTile: FetchTile,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  ask(asking: Asking): void {
    for (const [kind, { whole, part }] of Object.entries(asking) as Asked[]) {
      const search = part !== null && !this.isHere(kind, whole) ? part : whole
      const known = this.tiles.get(kind)
      if (known) known.ask(search)
      else this.tiles.set(kind, new PointTiles(kind, search, this.fetchTile, this.changed, this.failed))
    }
    for (const [kind, gone] of this.tiles) {
      if (asking[kind]) continue
      gone.stop()
      this.tiles.delete(kind)
    }
  }

  /** Sees to it that what is over `extent` at a zoom comes; true when what is shown becomes another by it. */
  want(extent: number[], zoom: number): boolean {
    this.view = { extent, level: levelAt(zoom) }
    return this.look()
  }

  /** As `want`, for the view wanted last. */
  look(): boolean {
    if (!this.view) return false
    let isOther = false
    for (const one of this.tiles.values()) {
      const before = one.state
      one.want(this.view.extent, this.view.level)
      isOther ||= one.state !== before
    }
    return isOther
  }

  /** Loads another part of the period without showing it. */
  prepare(next: Asking): void {
    if (!this.view) return
    for (const [kind, { part }] of Object.entries(next) as Asked[])
      if (part !== null) this.tiles.get(kind)?.prepare(part, this.view.extent, this.view.level)
  }

  /** Asks for everything anew: something was changed. */
  renew(): void {
    for (const one of this.tiles.values()) one.renew()
  }

  stop(): void {
    for (const one of this.tiles.values()) one.stop()
  }

  get points(): MapPoint[] {
    return [...this.tiles.values()].flatMap((one) => one.points)
  }

  get counts(): Record<Kind, number> {
    return counted(this.points)
  }

  get isLoading(): boolean {
    return [...this.tiles.values()].some((one) => one.isBehind || one.isWaiting)
  }

  /** Whether all points of the period over the view are here one by one, so that a part of it need not be asked for. */
  private isHere(kind: Kind, whole: string): boolean {
    if (!this.view) return false
    return this.tiles.get(kind)?.isExactOver(whole, this.view.extent, this.view.level) ?? false
  }
}
