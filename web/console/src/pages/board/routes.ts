import { Odometer } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  {
    path: '/',
    name: 'board',
    component: () => import('./BoardPage.vue'),
    meta: { title: 'board.title', menu: { group: 'work', order: 10, icon: Odometer } },
  },
]
