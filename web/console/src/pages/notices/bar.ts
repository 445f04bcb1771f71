import type { BarPart } from '@/app/bar'

export const part: BarPart = { side: 'right', order: 10, load: () => import('./NoticeBell.vue') }
