import { describe, expect, it } from 'vitest'
import { readChosen, readPlace, writePlace } from './state'

describe('the state in the address', () => {
  it('reads and writes the place shown', () => {
    const place = { lon: 121.39712, lat: 31.24941, zoom: 13.25 }
    expect(writePlace(place)).toBe('121.39712,31.24941,13.25')
    expect(readPlace(writePlace(place))).toEqual(place)
  })
  it('takes nothing that is no place', () => {
    for (const text of ['', '1,2', 'a,b,c', '500,0,12', '0,89,12']) expect(readPlace(text)).toBeNull()
    expect(readPlace('121.4,31.2,99')!.zoom).toBe(21)
  })
  it('reads what is chosen, of the kinds there are', () => {
    expect(readChosen('referrals:01a2-7')).toEqual({ kind: 'referrals', id: '01a2-7' })
    expect(readChosen('grid:310107005601001')).toEqual({ kind: 'grid', id: '310107005601001' })
    for (const text of ['', 'referrals', 'referrals:', 'users:1', ':1']) expect(readChosen(text)).toBeNull()
  })
})
