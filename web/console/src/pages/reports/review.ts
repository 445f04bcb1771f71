// The queue of reports that need eyes: asking for it, and what is done with its rows. Not here: what is shown.
import { client, unwrap, type Query, type Schema } from '@/api'

export type ReviewItem = Schema<'ReviewItem'>
export type Need = Schema<'ReviewCount'>['need']
export type ReviewFilter = Pick<Query<'/api/v1/reports/review'>, 'need' | 'street' | 'category' | 'author'>

export const fetchQueue = (filter: ReviewFilter, cursor: string | undefined) =>
  unwrap(client.GET('/api/v1/reports/review', { params: { query: { ...filter, cursor, limit: 50 } } }))

export const markReviewed = (ids: string[], note = '') =>
  unwrap(client.POST('/api/v1/reports/review', { body: { report_ids: ids, note } }))

export async function takeBack(ids: string[]): Promise<void> {
  for (const id of ids)
    await unwrap(client.POST('/api/v1/reports/{report_id}/actions/unreview', { params: { path: { report_id: id } } }))
}

export const askForPhotos = (id: string) =>
  unwrap(client.POST('/api/v1/reports/{report_id}/actions/request_photos', { params: { path: { report_id: id } } }))

export const sendTaskBack = (taskId: string, reason: string) =>
  unwrap(
    client.POST('/api/v1/tasks/{task_id}/actions/{action}', {
      params: { path: { task_id: taskId, action: 'send_back' } },
      body: { reason },
    }),
  )

/** The row that is open after those of `gone` left: the next that stays, else the one before. */
export function neighbour(ids: readonly string[], open: string, gone: ReadonlySet<string>): string {
  const at = ids.indexOf(open)
  if (!gone.has(open) || at < 0) return open
  const after = ids.slice(at + 1).find((id) => !gone.has(id))
  return (
    after ??
    ids
      .slice(0, at)
      .reverse()
      .find((id) => !gone.has(id)) ??
    ''
  )
}
