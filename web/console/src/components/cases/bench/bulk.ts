// One act on many cases. Each row is done or refused by itself.
import { client, unwrap, type Schema } from '@/api'
import { actOn, type ActionCode, type Details } from '../desk'

export type BulkAnswer = Schema<'BulkAnswer'>
type Picked = { id: string; version?: number }

/** A name for this sending, so that one that is sent twice acts once. */
const nameOf = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, '0')).join('')

export async function actMany(action: ActionCode, picked: Picked[], details: Details): Promise<BulkAnswer> {
  const same = { ...details }
  delete same.version
  if (picked.every((one) => one.version !== undefined))
    return unwrap(
      client.POST('/api/v1/cases/bulk', {
        params: { header: { 'Idempotency-Key': nameOf() } },
        body: { action, ids: picked as { id: string; version: number }[], details: same },
      }),
    )
  // whoever does not know the versions takes them as they are now
  for (const one of picked) await actOn(one.id, action, same)
  return { done: picked.length, refused: 0, items: [] }
}
