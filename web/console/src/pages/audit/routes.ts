import type { RouteRecordRaw } from 'vue-router'
import { Document } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/audit',
    name: 'audit',
    component: () => import('./AuditPage.vue'),
    meta: {
      title: 'audit.title',
      permission: 'history.audit.read',
      menu: { group: 'audit', order: 10, icon: Document },
    },
  },
]
