// Pages and who may open them. Each page folder brings its own routes.ts; the state of a page lives in its address.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { Component } from 'vue'
import { onSignedOut } from '@/api'
import { forget, isKnown, loadMe, may, me, roles, type Role } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title among the words. */
    title?: string
    /** Permission without which the page is neither in the menu nor opened. */
    permission?: string
    /** Only for these roles, where a permission is wider than the page. */
    roles?: Role[]
    /** Where the page stands in the menu; without it, nowhere. */
    menu?: { group: MenuGroup; order: number; icon: Component }
    /** True for pages that need nobody signed in. */
    open?: boolean
    /** True for pages that use the whole window without padding (maps). */
    wide?: boolean
    /** True for sheets that are printed: without menu and bar. */
    bare?: boolean
  }
}

export const MENU_GROUPS = ['work', 'map', 'cases', 'places', 'rules', 'administration', 'audit'] as const
export type MenuGroup = (typeof MENU_GROUPS)[number]

const files = import.meta.glob<{ routes: RouteRecordRaw[] }>('../pages/*/routes.ts', { eager: true })
export const pageRoutes: RouteRecordRaw[] = Object.values(files).flatMap((file) => file.routes)

export const router = createRouter({
  history: createWebHistory('/'),
  routes: pageRoutes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** Whether the signed-in person may open a page with this meta. */
export function mayOpen(meta: RouteRecordRaw['meta']): boolean {
  if (!may(meta?.permission)) return false
  return !meta?.roles || meta.roles.some((role) => roles.value.includes(role))
}

router.beforeEach(async (to) => {
  if (!isKnown.value) await loadMe().catch(() => undefined)
  if (to.meta.open) return true
  if (!me.value) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  // the server refuses everything else until the second factor is set up
  if (me.value.second_factor_due && to.name !== 'account') return { name: 'account' }
  if (!mayOpen(to.meta)) return { name: 'not-yours', query: { page: to.path } }
  return true
})

onSignedOut(() => {
  if (!me.value) return
  forget()
  const { fullPath, meta } = router.currentRoute.value
  if (!meta.open) void router.push({ name: 'sign-in', query: { next: fullPath, ended: '1' } })
})
