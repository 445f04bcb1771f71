import { List } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const TASK = '[0-9a-f]{8}-[0-9a-f-]{27}'
const tasksPage = () => import('./TasksPage.vue')

export const routes: RouteRecordRaw[] = [
  {
    path: '/tasks',
    name: 'tasks',
    component: tasksPage,
    meta: {
      title: 'tasks.title',
      permission: 'task.read',
      wide: true,
      menu: { group: 'work', order: 20, icon: List },
    },
  },
  {
    path: '/tasks/new',
    name: 'task-new',
    component: () => import('./NewTask.vue'),
    meta: { title: 'tasks.new.title', permission: 'task.create' },
  },
  {
    path: '/tasks/import',
    name: 'task-import',
    component: () => import('./ImportTasks.vue'),
    meta: { title: 'tasks.import.title', permission: 'task.create' },
  },
  {
    path: '/tasks/draw',
    name: 'task-draw',
    component: () => import('./DrawTasks.vue'),
    meta: { title: 'tasks.draw.title', permission: 'task.create', wide: true },
  },
  {
    path: '/tasks/proposals',
    name: 'task-proposals',
    component: () => import('./TaskProposals.vue'),
    meta: { title: 'tasks.proposals.title', permission: 'task.assign' },
  },
  {
    path: `/tasks/:id(${TASK})`,
    name: 'task',
    component: tasksPage,
    meta: { title: 'tasks.title', permission: 'task.read', wide: true },
  },
]
