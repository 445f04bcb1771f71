import type { RouteRecordRaw } from 'vue-router'
import { MessageBox } from '@element-plus/icons-vue'

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
]
