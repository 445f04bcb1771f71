import type { RouteRecordRaw } from 'vue-router'
import { Calendar } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/calendar',
    name: 'calendar',
    component: () => import('./CalendarPage.vue'),
    meta: {
      title: 'calendar.title',
      permission: 'calendar.read',
      roles: ['administrator', 'bureau_triager', 'city_operations', 'auditor'],
      menu: { group: 'rules', order: 40, icon: Calendar },
    },
  },
]
