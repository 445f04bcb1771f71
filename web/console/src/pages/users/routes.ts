import type { RouteRecordRaw } from 'vue-router'
import { User } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/users',
    name: 'users',
    component: () => import('./UsersPage.vue'),
    meta: { title: 'users.title', permission: 'user.read', menu: { group: 'administration', order: 10, icon: User } },
  },
]
