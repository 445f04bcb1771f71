import { describe, expect, it } from 'vitest'
import { readWhy } from './why'

describe('reasons of the rule engine', () => {
  it('reads every kind that the engine writes', () => {
    expect(readWhy('harm is unknown, needs true; prior penalties are 0, needs 2')).toEqual([
      { kind: 'attribute', code: 'harm', known: 'unknown', needs: 'true' },
      { kind: 'penalties', known: '0', needs: '2' },
    ])
    expect(readWhy('site kind is barber')).toEqual([{ kind: 'site', known: 'barber' }])
    expect(readWhy('street is 310107005')).toEqual([{ kind: 'street', known: '310107005' }])
    expect(readWhy('B-11 taken by B7-culture')).toEqual([{ kind: 'taken', what: 'B-11', by: 'B7-culture' }])
    expect(readWhy('no finding is high or worse')).toEqual([{ kind: 'severity', needs: 'high' }])
    expect(readWhy('captured outside 22:00-06:00')).toEqual([{ kind: 'outside', needs: '22:00-06:00' }])
  })
  it('keeps what it does not know', () => {
    expect(readWhy('a new reason')).toEqual([{ kind: 'other', text: 'a new reason' }])
  })
})
