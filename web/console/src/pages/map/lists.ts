// Where the whole list of a kind is, for what is filtered on the map. Lists take the filters of their endpoint as their address.
import type { RouteLocationRaw, Router } from 'vue-router'
import type { Kind } from '@/components/map/palette'

const PATHS: Record<Kind, string> = { reports: '/reports', referrals: '/cases', sites: '/sites', tasks: '/tasks' }

/** Null where the console has no such page for the person signed in. */
export function listAddress(router: Router, kind: Kind, asked: Record<string, string>): RouteLocationRaw | null {
  const path = PATHS[kind]
  const isPage = router.resolve(path).matched.some((route) => route.path === path)
  return isPage ? { path, query: kind === 'tasks' && !asked.status ? { ...asked, status: 'every' } : asked } : null
}
