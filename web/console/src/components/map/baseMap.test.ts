import { describe, expect, it } from 'vitest'
import TileLayer from 'ol/layer/Tile'
import type XYZ from 'ol/source/XYZ'
import TileSourceBase from 'ol/source/Tile'
import { addresses, baseLayers, NO_BASE_MAP, watchSource } from './baseMap'

const QUIET = { onTrouble: () => undefined, onAnswer: () => undefined }
const TIANDITU = {
  ...NO_BASE_MAP,
  kind: 'wmts' as const,
  layers: ['https://t{s}.tianditu.gov.cn/vec_c/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}'],
  key: 'a b',
  subdomains: '07',
  matrix_set: 'c' as const,
}

describe('the base map', () => {
  it('needs nothing where there is none', async () => {
    expect(await baseLayers(NO_BASE_MAP, 'light', QUIET)).toEqual([])
  })
  it('puts key and subdomains into its templates', () => {
    expect(addresses('https://t{s}.x/{z}?tk={key}', { key: 'a b', subdomains: '07' })).toEqual([
      'https://t0.x/{z}?tk=a%20b',
      'https://t7.x/{z}?tk=a%20b',
    ])
    expect(addresses('https://x/{z}', { key: '', subdomains: '07' })).toEqual(['https://x/{z}'])
  })
  it('knows the degrees of 天地图’s matrix set c: two tiles on level 1', async () => {
    const [layer] = (await baseLayers(TIANDITU, 'light', QUIET)) as TileLayer<XYZ>[]
    const source = layer!.getSource()!
    expect(source.getProjection()!.getCode()).toBe('EPSG:4490')
    const grid = source.getTileGrid()!
    expect(grid.getFullTileRange(1) ?? grid.getTileCoordForCoordAndZ([179, -89], 1)).toEqual([1, 1, 0])
    // Putuo
    expect(grid.getTileCoordForCoordAndZ([121.39, 31.25], 9)).toEqual([9, 428, 83])
  })
  it('says once that a host is silent, and when it speaks again', () => {
    const source = new TileSourceBase({})
    let [silent, speaking] = [0, 0]
    watchSource(source, { onTrouble: () => silent++, onAnswer: () => speaking++ })
    for (let time = 0; time < 20; time++) source.dispatchEvent('tileloaderror')
    expect([silent, speaking]).toEqual([1, 0])
    source.dispatchEvent('tileloadend')
    expect([silent, speaking]).toEqual([1, 1])
  })
})
