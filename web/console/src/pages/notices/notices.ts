// Notices of the signed-in person: how many, which, and where each leads.
import { useQuery } from '@tanstack/vue-query'
import type { RouteLocationRaw } from 'vue-router'
import { BACKGROUND, client, unwrap, type Schema } from '@/api'
import { i18n } from '@/app/i18n'
import { may } from '@/app/session'
import { queryClient } from '@/app/queries'

export type Notice = Schema<'Notice'>
const MINUTE = 60_000

/** How many are unread; asked again every minute, and when the window comes to the front. */
export function useNoticeCount() {
  return useQuery({
    queryKey: ['inbox', 'count'],
    queryFn: () => unwrap(client.GET('/api/v1/inbox/count', { headers: BACKGROUND })),
    refetchInterval: MINUTE,
    enabled: () => may('inbox.own'),
  })
}

/** The title in the language shown. */
export const titleOf = (notice: Notice): string =>
  (i18n.global.locale.value as string) === 'en' ? notice.title_en : notice.title

/** The page that a notice is about; none for what concerns no object of the console. */
export function placeOf(notice: Pick<Notice, 'kind' | 'referral_id' | 'report_id'>): RouteLocationRaw | undefined {
  if (notice.referral_id) return { path: `/cases/${notice.referral_id}` }
  if (notice.report_id) return { path: `/reports/${notice.report_id}` }
  const pages: Partial<Record<Notice['kind'], string>> = {
    calendar_missing: '/calendar',
    rule_set_expiring: '/rules',
    webhook_failing: '/webhooks',
    webhook_stopped: '/webhooks',
  }
  const path = pages[notice.kind]
  return path ? { path } : undefined
}

/** Marks as read, and lets every place that shows the number know. */
export async function markRead(ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await unwrap(client.POST('/api/v1/inbox/read', { body: { ids } }))
  await queryClient.invalidateQueries({ queryKey: ['inbox'] })
}
