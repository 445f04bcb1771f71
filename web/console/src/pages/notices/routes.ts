import type { RouteRecordRaw } from 'vue-router'
import { Bell } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/notices',
    name: 'notices',
    component: () => import('./NoticesPage.vue'),
    meta: { title: 'notices.title', permission: 'inbox.own', menu: { group: 'work', order: 80, icon: Bell } },
  },
]
