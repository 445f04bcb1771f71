// A refusal of the server, as the rest of the console sees it. Not here: sentences; the server sends them in the user's language.
import type { components } from '@shared/api/schema'

export type Problem = components['schemas']['Problem']
export type FieldProblem = { field?: string; path?: string; code?: string; message?: string; [key: string]: unknown }

/** A refusal with its stable code; `detail` is a sentence for the user. `status` 0 means that no answer came. */
export class ApiProblem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: FieldProblem[]
  readonly requestId: string | null

  constructor(problem: Partial<Problem> & { code: string }) {
    super(problem.detail ?? problem.title ?? problem.code)
    this.name = 'ApiProblem'
    this.code = problem.code
    this.status = problem.status ?? 0
    this.title = problem.title ?? problem.code
    this.detail = problem.detail ?? ''
    this.errors = (problem.errors ?? []) as FieldProblem[]
    this.requestId = problem.request_id ?? null
  }

  /** True when asking again later may help: no answer, or the service is away. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

/** What was thrown, as an ApiProblem: a broken network and a page of a proxy become codes of their own. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (error instanceof TypeError) return new ApiProblem({ code: 'network' })
  return new ApiProblem({ code: 'unexpected', detail: error instanceof Error ? error.message : String(error) })
}
