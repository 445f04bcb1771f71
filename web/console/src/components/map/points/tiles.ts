// Tiles of one kind of points, fetched as they come into view and kept. What is shown never flickers: the old answer stays until
// the new one is whole, and the last filters asked for are kept, so that going back (or playing a period again) asks nothing.
import { decode } from './decode'
import { addressName, tilesOver, type Kind, type MapPoint, type TileAddress } from './types'

export type FetchTile = (path: string, signal: AbortSignal) => Promise<ArrayBuffer | null>
type Tile = { points: MapPoint[] | null; failed: number }
/** All tiles asked for with the same filters. */
type Answer = { search: string; tiles: Map<string, Tile>; shown: string[] }

const MOST_TILES = 240
const MOST_ANSWERS = 40
const AGAIN_AFTER_MS = 8_000

export class PointTiles {
  private readonly answers = new Map<string, Answer>()
  private wanted: Answer
  private current: Answer
  private readonly aborts = new Map<string, AbortController>()

  constructor(
    readonly kind: Kind,
    search: string,
    private readonly fetchTile: FetchTile,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {
    this.wanted = this.current = this.answerOf(search)
  }

  /** Asks with other filters from now on. */
  ask(search: string): void {
    if (search === this.wanted.search) return
    this.wanted = this.answerOf(search)
    for (const [key, abort] of this.aborts) if (!key.startsWith(`${search} `)) abort.abort()
  }

  /** Forgets everything and asks again: something was changed. */
  renew(): void {
    this.answers.clear()
    this.wanted = this.answerOf(this.wanted.search)
  }

  /** Sees to it that what is over `extent` comes; true when all of it is there. */
  want(extent: number[], z: number): boolean {
    const addresses = tilesOver(extent, z)
    for (const address of addresses) this.load(this.wanted, address)
    const names = addresses.map(addressName)
    const isWhole = names.every((name) => this.isDone(this.wanted, name))
    if (isWhole) {
      this.current = this.wanted
      this.current.shown = names
    } else if (this.current === this.wanted && sameLevel(this.current.shown, names)) {
      // panning: what has come is shown at once
      this.current.shown = [...new Set([...this.current.shown, ...names])]
    }
    return isWhole
  }

  /** Loads what is over `extent` with these filters without showing it: the next step of a period that plays. */
  prepare(search: string, extent: number[], z: number): void {
    const answer = this.answerOf(search)
    for (const address of tilesOver(extent, z)) this.load(answer, address)
  }

  get points(): MapPoint[] {
    return this.current.shown.flatMap((name) => this.current.tiles.get(name)?.points ?? [])
  }

  /** True while what is shown is an answer to other filters than were asked for last. */
  get isBehind(): boolean {
    return this.current !== this.wanted
  }

  /** True while tiles are on their way. */
  get isWaiting(): boolean {
    return this.aborts.size > 0
  }

  /** Changes whenever `points` are others. */
  get state(): string {
    return `${this.current.search} ${this.current.shown.join()}`
  }

  /** Whether all that these filters find over `extent` is here, one by one and each with its own time. */
  isExactOver(search: string, extent: number[], z: number): boolean {
    const answer = this.answers.get(search)
    if (!answer) return false
    return tilesOver(extent, z).every((address) =>
      answer.tiles.get(addressName(address))?.points?.every((point) => point.count === 1 && point.at !== null),
    )
  }

  stop(): void {
    for (const abort of this.aborts.values()) abort.abort()
  }

  private answerOf(search: string): Answer {
    const found = this.answers.get(search) ?? { search, tiles: new Map(), shown: [] }
    this.answers.delete(search)
    this.answers.set(search, found)
    for (const [old, answer] of this.answers) {
      if (this.answers.size <= MOST_ANSWERS) break
      if (answer !== this.current && answer !== this.wanted) this.answers.delete(old)
    }
    return found
  }

  private isDone(answer: Answer, name: string): boolean {
    const tile = answer.tiles.get(name)
    return tile !== undefined && (tile.points !== null || tile.failed > 0)
  }

  private load(answer: Answer, address: TileAddress): void {
    const name = addressName(address)
    const known = answer.tiles.get(name)
    if (known && !(known.failed && Date.now() - known.failed > AGAIN_AFTER_MS)) return
    const tile: Tile = { points: known?.points ?? null, failed: 0 }
    answer.tiles.set(name, tile)
    this.forget(answer)
    const key = `${answer.search} ${name}`
    const abort = new AbortController()
    this.aborts.set(key, abort)
    const path = `/api/v1/map/tiles/${this.kind}/${name}.mvt${answer.search ? `?${answer.search}` : ''}`
    this.fetchTile(path, abort.signal)
      .then((body) => (tile.points = body ? decode(this.kind, address, body) : []))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return void answer.tiles.delete(name)
        tile.failed = Date.now()
        this.failed(error)
      })
      .finally(() => {
        this.aborts.delete(key)
        if (!abort.signal.aborted) this.changed()
      })
  }

  private forget(answer: Answer): void {
    for (const name of answer.tiles.keys()) {
      if (answer.tiles.size <= MOST_TILES) break
      if (!answer.shown.includes(name)) answer.tiles.delete(name)
    }
  }
}

const levelOf = (name: string | undefined): string => name?.split('/')[0] ?? ''
const sameLevel = (shown: string[], names: string[]): boolean =>
  !shown.length || levelOf(shown[0]) === levelOf(names[0])
