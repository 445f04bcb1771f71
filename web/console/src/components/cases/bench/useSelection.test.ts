import { describe, expect, it } from 'vitest'
import { useSelection } from './useSelection'

describe('what a bench remembers about its rows', () => {
  it('keeps refused rows chosen and says why', () => {
    const selection = useSelection()
    for (const id of ['a', 'b']) selection.choose(id)
    const row = { code: null, message: null, version: 2, status: null }
    const done = selection.takeBulk({
      done: 1,
      refused: 1,
      items: [
        { ...row, id: 'a', result: 'done' },
        { ...row, id: 'b', result: 'refused', code: 'stale_version', message: '已被他人更新' },
      ],
    })
    expect(done).toEqual(['a'])
    expect([...selection.chosen.value]).toEqual(['b'])
    expect(selection.refusals.value.get('b')).toBe('已被他人更新')
  })
  it('hides rows that were acted on until the list is fresh', () => {
    const selection = useSelection()
    selection.hide(['a', 'b'])
    selection.keepOnly(new Set(['b']))
    expect([...selection.gone.value]).toEqual(['b'])
    selection.bringBack(['b'])
    expect(selection.gone.value.size).toBe(0)
  })
})
