import { afterEach, describe, expect, it } from 'vitest'
import { transform, transformExtent } from 'ol/proj'
import { fromScreen, GROUND, isShifted, SCREEN, showDatum, toGcj02, toScreen } from './datum'

const PUTUO = [121.3972, 31.2493]
const SERVER: [number, number] = [121.40185247943673, 31.24747281737479]

describe('the datum things are drawn in', () => {
  afterEach(() => showDatum('wgs84'))

  it('leaves places as they are on a base map in CGCS2000', () => {
    expect(isShifted()).toBe(false)
    const [lon, lat] = fromScreen(toScreen(PUTUO))
    expect(lon).toBeCloseTo(PUTUO[0]!, 9)
    expect(lat).toBeCloseTo(PUTUO[1]!, 9)
    expect(transform(PUTUO, GROUND, SCREEN)).toEqual(transform(PUTUO, 'EPSG:4326', SCREEN))
  })

  it('shifts by the published formula, as the server does', () => {
    // grids.datums.wgs84_to_gcj02(121.3972, 31.2493)
    const [lon, lat] = toGcj02(PUTUO)
    expect(lon).toBeCloseTo(SERVER[0], 9)
    expect(lat).toBeCloseTo(SERVER[1], 9)
    expect(toGcj02([2.35, 48.85])).toEqual([2.35, 48.85])
  })

  it('draws places shifted on a base map in GCJ-02, and finds the area asked for again', () => {
    showDatum('gcj02')
    const drawn = transform(PUTUO, GROUND, SCREEN)
    const plain = transform(PUTUO, 'EPSG:4326', SCREEN)
    const metres = Math.hypot(drawn[0]! - plain[0]!, drawn[1]! - plain[1]!) * Math.cos((31.25 * Math.PI) / 180)
    expect(metres).toBeGreaterThan(300)
    expect(metres).toBeLessThan(700)
    const [lon, lat] = fromScreen(drawn)
    expect(lon).toBeCloseTo(PUTUO[0]!, 7)
    expect(lat).toBeCloseTo(PUTUO[1]!, 7)
    expect(transformExtent([121.3, 31.2, 121.4, 31.3], GROUND, SCREEN).every(Number.isFinite)).toBe(true)
  })
})
