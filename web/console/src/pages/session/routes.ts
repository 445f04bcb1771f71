import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./SignIn.vue'),
    meta: { open: true, title: 'session.title' },
  },
  {
    path: '/not-yours',
    name: 'not-yours',
    component: () => import('./NotYours.vue'),
    meta: { title: 'session.notYours.title' },
  },
  {
    path: '/account',
    name: 'account',
    component: () => import('./OwnAccount.vue'),
    meta: { title: 'session.account.title' },
  },
  {
    path: '/:rest(.*)*',
    name: 'not-found',
    component: () => import('./NotFound.vue'),
    meta: { open: true, title: 'session.notFound.title' },
  },
]
