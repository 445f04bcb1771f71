import type { RouteRecordRaw } from 'vue-router'
import { Document, MessageBox } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/inbox',
    name: 'inbox',
    component: () => import('./InboxPage.vue'),
    meta: {
      title: 'cases.inbox.title',
      permission: 'referral.accept',
      wide: true,
      menu: { group: 'cases', order: 5, icon: MessageBox },
    },
  },
  {
    path: '/cases',
    name: 'cases',
    component: () => import('./CasesPage.vue'),
    meta: {
      title: 'cases.title',
      permission: 'referral.file',
      wide: true,
      menu: { group: 'cases', order: 40, icon: Document },
    },
  },
  {
    path: '/cases/:id',
    name: 'case',
    component: () => import('./CasePage.vue'),
    meta: { title: 'cases.one', permission: 'referral.file', wide: true },
  },
  {
    path: '/cases/:id/print',
    name: 'case-print',
    component: () => import('./PrintPage.vue'),
    meta: { title: 'cases.print.title', permission: 'referral.file', bare: true },
  },
]
