// Makes the types of the API from its document. Ranges (206) and "not modified" are the browser's business, not the screens'.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'
import { parse } from 'yaml'

const document = parse(await readFile(new URL('../../api_docs/openapi.yaml', import.meta.url), 'utf8'))
for (const path of Object.values(document.paths)) {
  for (const operation of Object.values(path)) {
    if (!operation.responses) continue
    delete operation.responses['206']
    delete operation.responses['304']
  }
}
const types = astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false }))
const target = new URL('../shared/api/', import.meta.url)
await mkdir(target, { recursive: true }) // nothing of it is committed
await writeFile(new URL('schema.d.ts', target), `// Made from api_docs/openapi.yaml by scripts/types.mjs.\n${types}`)
