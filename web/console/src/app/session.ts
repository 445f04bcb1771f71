// Who is signed in, and what he may try. The server decides; this only asks it once and remembers the answer in memory.
import { computed, ref } from 'vue'
import { client, unwrap, useCsrfToken, type Schema } from '@/api'
import { queryClient } from './queries'

export type Me = Schema<'Me'>
export type Role = Me['roles'][number]['role']

export const me = ref<Me | null>(null)
/** False until the server was asked whether somebody is signed in. */
export const isKnown = ref(false)

export const roles = computed<Role[]>(() => [...new Set(me.value?.roles.map((one) => one.role) ?? [])])

/** Whether the signed-in person may try `permission` at all; the server narrows it to his streets and departments. */
export function may(permission: string | undefined): boolean {
  return permission === undefined || (me.value?.permissions.includes(permission) ?? false)
}

/** Asks who is signed in. Throws ApiProblem, also when nobody is. */
export async function loadMe(): Promise<Me> {
  try {
    const found = await unwrap(client.GET('/api/v1/session/me'))
    me.value = found
    useCsrfToken(found.csrf_token)
    return found
  } finally {
    isKnown.value = true
  }
}

export type Credentials = { username: string; password: string; code?: string }

/** Signs in with a cookie. Throws ApiProblem, with code `second_factor_needed` when a code is wanted. */
export async function signIn(credentials: Credentials): Promise<Me> {
  const signed = await unwrap(client.POST('/api/v1/session/web', { body: credentials }))
  useCsrfToken(signed.csrf_token)
  return loadMe()
}

/** Shows the code that our second factor wants after the city's own sign-in. Throws ApiProblem. */
export async function finishOidc(code: string): Promise<Me> {
  const signed = await unwrap(client.POST('/api/v1/session/oidc/code', { body: { code } }))
  useCsrfToken(signed.csrf_token)
  return loadMe()
}

/** Forgets everything of the session on this page, whatever the server knows. */
export function forget(): void {
  me.value = null
  useCsrfToken(null)
  queryClient.clear()
}

export async function signOut(): Promise<void> {
  try {
    await unwrap(client.POST('/api/v1/session/end'))
  } finally {
    forget()
  }
}
