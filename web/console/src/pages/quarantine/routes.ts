import type { RouteRecordRaw } from 'vue-router'
import { Warning } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/quarantine',
    name: 'quarantine',
    component: () => import('./QuarantinePage.vue'),
    meta: {
      title: 'quarantine.title',
      permission: 'quarantine.read',
      menu: { group: 'work', order: 40, icon: Warning },
    },
  },
]
