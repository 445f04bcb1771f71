import { describe, expect, it, vi } from 'vitest'
import { levelAt, PointSet } from './PointSet'
import { tileExtent } from './types'

vi.mock('./decode', () => ({
  decode: (kind: string, _address: unknown, body: ArrayBuffer) =>
    Array.from({ length: body.byteLength }, (_one, at) => ({ kind, x: at, y: 0, count: 1, id: `${at}`, at: at * 10 })),
}))

const VIEW = tileExtent({ z: 12, x: 3429, y: 1673 }).map((one, at) => (at < 2 ? one + 1 : one - 1))
const ZOOM = 13
const NARROW = { reports: { whole: '', part: 'from=1' } }
const ALL = { reports: { whole: '', part: null } }

/** A server whose answers wait until they are let go. */
function server() {
  const asked: { path: string; answer: (size: number) => void; fail: () => void }[] = []
  const fetchTile = (path: string, signal: AbortSignal): Promise<ArrayBuffer> =>
    new Promise((resolve, reject) => {
      asked.push({ path, answer: (size) => resolve(new ArrayBuffer(size)), fail: () => reject(new Error('down')) })
      signal.addEventListener('abort', () => reject(new Error('aborted')))
    })
  const problems: unknown[] = []
  const set = new PointSet(
    fetchTile,
    () => set.look(),
    (error) => problems.push(error),
  )
  return { asked, problems, set }
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

describe('points over a view', () => {
  it('asks each tile once', async () => {
    const { asked, set } = server()
    set.ask(ALL)
    expect(levelAt(ZOOM)).toBe(12)
    for (let frame = 0; frame < 5; frame++) set.want(VIEW, ZOOM)
    expect(asked.map((one) => one.path)).toEqual(['/api/v1/map/tiles/reports/12/3429/1673.mvt'])
    asked[0]!.answer(3)
    await settled()
    expect(set.counts.reports).toBe(3)
    expect(set.isLoading).toBe(false)
  })

  it('keeps what is shown until the answer to other filters is whole', async () => {
    const { asked, set } = server()
    set.ask(ALL)
    set.want(VIEW, ZOOM)
    asked[0]!.answer(3)
    await settled()
    set.ask({ reports: { whole: 'category=water_vending', part: null } })
    set.want(VIEW, ZOOM)
    expect(set.counts.reports).toBe(3)
    expect(set.isLoading).toBe(true)
    asked[1]!.answer(1)
    await settled()
    expect(set.counts.reports).toBe(1)
    set.ask(ALL)
    set.want(VIEW, ZOOM)
    expect(set.counts.reports).toBe(3)
    expect(asked).toHaveLength(2)
  })

  it('keeps what is shown until another zoom is whole', async () => {
    const { asked, set } = server()
    set.ask(ALL)
    set.want(VIEW, ZOOM)
    asked[0]!.answer(3)
    await settled()
    set.want(VIEW, ZOOM + 1)
    expect(set.counts.reports).toBe(3)
    for (const one of asked.slice(1)) one.answer(1)
    await settled()
    expect(set.counts.reports).toBe(asked.length - 1)
  })

  it('asks nothing for a part of the period where all of it is here one by one', async () => {
    const { asked, set } = server()
    set.ask(ALL)
    set.want(VIEW, ZOOM)
    asked[0]!.answer(3)
    await settled()
    set.ask(NARROW)
    set.want(VIEW, ZOOM)
    expect(asked).toHaveLength(1)
  })

  it('tells of a tile that does not come, shows the others, and asks it again later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { asked, problems, set } = server()
    set.ask(ALL)
    set.want(VIEW, ZOOM + 1)
    asked[0]!.fail()
    for (const one of asked.slice(1)) one.answer(2)
    await settled()
    expect(problems).toHaveLength(1)
    expect(set.counts.reports).toBe((asked.length - 1) * 2)
    const before = asked.length
    vi.setSystemTime(Date.now() + 10_000)
    set.want(VIEW, ZOOM + 1)
    expect(asked.length).toBe(before + 1)
    vi.useRealTimers()
  })
})
