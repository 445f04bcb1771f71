// The door to the server for everything else in the console.
export {
  BACKGROUND,
  bytes,
  client,
  download,
  onSignedOut,
  unwrap,
  upload,
  useCsrfToken,
  useServerLanguage,
} from './client'
export { ApiProblem, asProblem } from './problem'
export type { FieldProblem, Problem } from './problem'
export type { components, paths } from '@shared/api/schema'

import type { components, paths } from '@shared/api/schema'

/** A named shape of the API document: `Schema<'Case'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** The query parameters of a GET path: `Query<'/api/v1/cases'>`. */
export type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never

/** The answer of a GET path. */
export type Got<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer A } } } }
}
  ? A
  : never

/** The JSON body of a POST path. */
export type Body<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody?: { content: { 'application/json': infer B } } }
}
  ? B
  : never
