import { describe, expect, it } from 'vitest'
import { localPath } from './localPath'

describe('where a sign-in leads', () => {
  it.each(['/', '/cases?status=routed', '/map#13/31.2/121.4'])('%s is ours', (path) =>
    expect(localPath(path)).toBe(path),
  )
  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    undefined,
    ['/a'],
  ])('%j is not', (path) => expect(localPath(path)).toBe('/'))
})
