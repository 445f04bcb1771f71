import type { RouteRecordRaw } from 'vue-router'
import { Iphone } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/devices',
    name: 'devices',
    component: () => import('./DevicesPage.vue'),
    meta: { title: 'devices.title', permission: 'device.read', menu: { group: 'work', order: 60, icon: Iphone } },
  },
]
