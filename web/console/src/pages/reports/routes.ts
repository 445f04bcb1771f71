import type { RouteRecordRaw } from 'vue-router'
import { Document, View } from '@element-plus/icons-vue'

const ID = '[0-9a-f-]{36}'

export const routes: RouteRecordRaw[] = [
  {
    path: '/reports/review',
    name: 'review',
    component: () => import('./ReviewPage.vue'),
    meta: {
      title: 'reports.review.title',
      permission: 'report.review',
      wide: true,
      menu: { group: 'work', order: 30, icon: View },
    },
  },
  {
    path: '/reports',
    name: 'reports',
    component: () => import('./ReportsPage.vue'),
    meta: { title: 'reports.title', permission: 'report.read', menu: { group: 'cases', order: 50, icon: Document } },
  },
  {
    path: `/reports/:id(${ID})`,
    name: 'report',
    component: () => import('./ReportPage.vue'),
    meta: { title: 'reports.one', permission: 'report.read' },
  },
]
