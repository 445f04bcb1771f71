// One case with everything around it, as one answer of the server (its desk); kept, and fetched ahead for the rows that come next.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useQuery } from '@tanstack/vue-query'
import { client, unwrap, type Body, type Schema } from '@/api'
import { queryClient } from '@/app/queries'

export type Desk = Schema<'Desk'>
export type Referral = Desk['referral']
export type ActionCode = Referral['allowed_actions'][number]
export type StatusCode = Referral['status']
export type Allowed = Desk['actions'][number]
export type Need = Allowed['needs'][number]
export type Choice = Desk['departments'][number]
export type Alike = Desk['alike'][number]
export type Photo = Desk['photos'][number]
export type Details = Body<'/api/v1/referrals/{referral_id}/actions/{action}'>

/** How long an opened case is shown again without asking whether it changed. */
const FRESH_MS = 20_000
const KEPT_MS = 900_000

export const previewOf = (sha256: string): string => `/api/v1/media/${sha256}/preview`
export const originalOf = (sha256: string): string => `/api/v1/media/${sha256}`

const options = (id: string) => ({
  queryKey: ['desk', id] as const,
  queryFn: () => unwrap(client.GET('/api/v1/referrals/{referral_id}/desk', { params: { path: { referral_id: id } } })),
  staleTime: FRESH_MS,
  gcTime: KEPT_MS,
})

export function useDesk(id: MaybeRefOrGetter<string>) {
  return useQuery(computed(() => ({ ...options(toValue(id)), enabled: toValue(id) !== '' })))
}

/** The case as it is kept, or asked for now. Throws ApiProblem. */
export const fetchDesk = (id: string): Promise<Desk> => queryClient.fetchQuery(options(id))

const held = new Map<string, HTMLImageElement>() // pictures fetched ahead stay decoded for as long as we hold them

/** Fetches a case and the first previews of its photos before somebody opens it. */
export async function prefetchDesk(id: string): Promise<void> {
  await queryClient.prefetchQuery(options(id))
  const desk = queryClient.getQueryData<Desk>(['desk', id])
  for (const photo of desk?.photos.filter((one) => one.preview).slice(0, 3) ?? []) {
    if (held.has(photo.sha256)) continue
    const image = new Image()
    image.src = photo.preview!
    held.set(photo.sha256, image)
    if (held.size > 40) held.delete(held.keys().next().value!)
  }
}

/** Acts on one case. Throws ApiProblem. */
export function actOn(id: string, action: ActionCode, details: Details): Promise<Referral> {
  return unwrap(
    client.POST('/api/v1/referrals/{referral_id}/actions/{action}', {
      params: { path: { referral_id: id, action } },
      body: details,
    }),
  )
}

/** Asks again for what may have changed with a case: itself, lists, counts. */
export function caseChanged(id?: string): void {
  void queryClient.invalidateQueries({ queryKey: id ? ['desk', id] : ['desk'] })
  void queryClient.invalidateQueries({ queryKey: ['cases'] })
}
