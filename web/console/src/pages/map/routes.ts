import { MapLocation } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  {
    path: '/map',
    name: 'map',
    component: () => import('./MapPage.vue'),
    meta: {
      title: 'map.title',
      permission: 'grid.read',
      wide: true,
      menu: { group: 'map', order: 10, icon: MapLocation },
    },
  },
]
