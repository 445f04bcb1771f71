import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ownSha256 } from './sha256'

describe('our own SHA-256', () => {
  it('agrees with that of Node for every length around a block', () => {
    for (const length of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 131 + length) & 255)
      expect(ownSha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })
})
