import { describe, expect, it } from 'vitest'
import { clockTone, silentTone } from './devices'

const NOW = Date.parse('2026-11-25T10:00:00Z')

describe('a phone that was not heard of', () => {
  it('is usual within a shift, worth a look after it, and a worry after a day', () => {
    expect(silentTone('2026-11-25T01:00:00Z', NOW)).toBe('muted')
    expect(silentTone('2026-11-24T23:00:00Z', NOW)).toBe('warn')
    expect(silentTone('2026-11-24T09:00:00Z', NOW)).toBe('danger')
    expect(silentTone(null, NOW)).toBe('warn')
  })
})

describe('a clock', () => {
  it('may be wrong by minutes either way before it is shown', () => {
    expect(clockTone(null)).toBe('muted')
    expect(clockTone(-299_000)).toBe('muted')
    expect(clockTone(-301_000)).toBe('warn')
    expect(clockTone(7_200_000)).toBe('warn')
  })
})
