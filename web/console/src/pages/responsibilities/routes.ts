import type { RouteRecordRaw } from 'vue-router'
import { MapLocation } from '@element-plus/icons-vue'

export const routes: RouteRecordRaw[] = [
  {
    path: '/responsibilities',
    name: 'responsibilities',
    component: () => import('./ResponsibilitiesPage.vue'),
    meta: {
      title: 'responsibilities.title',
      permission: 'grid.responsibility',
      menu: { group: 'places', order: 30, icon: MapLocation },
    },
  },
]
