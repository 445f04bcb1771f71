import type { RouteRecordRaw } from 'vue-router'
import { Download } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/exports',
    name: 'exports',
    component: () => import('./ExportsPage.vue'),
    meta: { title: 'exports.title', permission: 'export.own', menu: { group: 'work', order: 90, icon: Download } },
  },
]
