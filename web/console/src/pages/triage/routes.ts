import type { RouteRecordRaw } from 'vue-router'
import { ChatLineSquare, Filter, Stamp } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/triage',
    name: 'triage',
    component: () => import('./TriagePage.vue'),
    meta: {
      title: 'triage.title',
      permission: 'referral.route',
      wide: true,
      menu: { group: 'cases', order: 10, icon: Filter },
    },
  },
  {
    path: '/disputes',
    name: 'disputes',
    component: () => import('./DisputesPage.vue'),
    meta: {
      title: 'triage.disputes.title',
      permission: 'referral.verify',
      wide: true,
      menu: { group: 'cases', order: 30, icon: ChatLineSquare },
    },
  },
  {
    path: '/arbitration',
    name: 'arbitration',
    component: () => import('./ArbitrationPage.vue'),
    meta: {
      title: 'triage.arbitration.title',
      permission: 'referral.arbitrate',
      wide: true,
      menu: { group: 'cases', order: 20, icon: Stamp },
    },
  },
]
