// The one client that talks to the server: language, session token, problems. No other file of the console may call fetch.
import createClient, { type Middleware } from 'openapi-fetch'
import type { paths } from '@shared/api/schema'
import { ApiProblem, asProblem, type Problem } from './problem'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const state = { csrf: '', language: 'zh-CN', onSignedOut: (): void => undefined }

/** The token of this session that writing requests carry; kept in memory alone. */
export function useCsrfToken(token: string | null | undefined): void {
  state.csrf = token ?? ''
}

/** The language of the server's sentences: a BCP 47 tag. */
export function useServerLanguage(language: string): void {
  state.language = language
}

/** Called when the server says that nobody is signed in any more. */
export function onSignedOut(listener: () => void): void {
  state.onSignedOut = listener
}

const headers: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', state.language)
    if (!SAFE.has(request.method) && state.csrf) request.headers.set('X-CSRF-Token', state.csrf)
    return request
  },
}

/** Headers of what a page asks by itself: it must not keep the session of somebody who went away. */
export const BACKGROUND = { 'X-Background': '1' } as const

export const client = createClient<paths>({
  credentials: 'same-origin',
  querySerializer: { array: { style: 'form', explode: true } },
})
client.use(headers)

const ENDED = new Set(['unauthenticated', 'session_ended', 'token_expired'])

/** The problem of an answer that is not one of success; a page that is no problem document becomes `bad_gateway`. */
function problemOf(error: unknown, response: Response): ApiProblem {
  const problem = error && typeof error === 'object' && 'code' in error ? (error as Problem) : null
  const found = problem ? new ApiProblem(problem) : new ApiProblem({ code: 'bad_gateway', status: response.status })
  if (response.status === 401 && ENDED.has(found.code)) state.onSignedOut()
  return found
}

type Answer<T> = { data?: T; error?: unknown; response: Response }

/** The body of an answer; throws ApiProblem for everything that is not one of success. */
export async function unwrap<T>(pending: Promise<Answer<T>>): Promise<T> {
  const answer = await pending.catch((error: unknown) => {
    throw asProblem(error)
  })
  if (answer.response.ok) return answer.data as T
  throw problemOf(answer.error, answer.response)
}

/** A file of the server, with the name that it proposes. Throws ApiProblem. */
export async function download(path: string): Promise<{ blob: Blob; name: string }> {
  const response = await fetch(path, {
    credentials: 'same-origin',
    headers: { 'Accept-Language': state.language },
  }).catch((error: unknown) => {
    throw asProblem(error)
  })
  if (!response.ok) throw problemOf(await response.json().catch(() => null), response)
  return { blob: await response.blob(), name: fileName(response.headers.get('Content-Disposition')) }
}

/** The bytes of an answer (a map tile), null where it is empty. Throws ApiProblem; an aborted request is `network`. */
export async function bytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer | null> {
  const response = await fetch(path, { credentials: 'same-origin', signal }).catch((error: unknown) => {
    throw asProblem(error)
  })
  if (!response.ok) throw problemOf(await response.json().catch(() => null), response)
  if (response.status === 204) return null
  return response.arrayBuffer().catch((error: unknown) => {
    throw asProblem(error)
  })
}

/** The name in a Content-Disposition header, the UTF-8 spelling first (RFC 6266). */
export function fileName(header: string | null): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '')?.[1]
  if (encoded) return decodeURIComponent(encoded)
  return /filename="?([^";]+)"?/i.exec(header ?? '')?.[1] ?? 'gridpatrol'
}

/** Sends a form with files (multipart) or bytes; `report` hears the share sent, 0 to 1. Throws ApiProblem. */
export function upload<T>(
  path: string,
  body: FormData | Blob,
  report?: (share: number) => void,
  headers: Record<string, string> = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('Accept-Language', state.language)
    if (state.csrf) request.setRequestHeader('X-CSRF-Token', state.csrf)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => event.lengthComputable && report?.(event.loaded / event.total)
    request.onerror = () => reject(new ApiProblem({ code: 'network' }))
    request.onload = () => {
      const answer = parsed(request.responseText)
      const response = new Response(null, { status: request.status < 200 ? 500 : request.status })
      if (request.status >= 200 && request.status < 300) resolve(answer as T)
      else reject(problemOf(answer, response))
    }
    request.send(body)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
