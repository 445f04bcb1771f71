// Scripts of tus-js-client. Arguments: script, address, file, JSON of headers, JSON of metadata. Fails when the upload does.
import { readFileSync } from 'node:fs'
import * as tus from 'tus-js-client'

const [script, endpoint, file, headers, metadata] = process.argv.slice(2)
const content = readFileSync(file)
const common = { endpoint, headers: JSON.parse(headers), metadata: JSON.parse(metadata), retryDelays: null }
const half = Math.floor(content.length / 2)

function run(options, more = () => {}) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(content, { ...common, ...options, onSuccess: () => resolve(upload), onError: reject })
    more(upload, resolve)
    upload.start()
  })
}

// Stops after the first piece, as if the app had been killed; the address is all that is left.
function stopped() {
  return run({ chunkSize: half }, (upload, resolve) => {
    upload.options.onChunkComplete = () => { upload.abort(); resolve(upload) }
  })
}

const scripts = {
  whole: () => run({}),
  pieces: () => run({ chunkSize: 1000 }),
  'first bytes along': () => run({ uploadDataDuringCreation: true }),
  resume: async () => { const first = await stopped(); return run({ uploadUrl: first.url }) },
  'give up': async () => { const first = await stopped(); await tus.Upload.terminate(first.url, common); return first },
  'method in a header': () => run({ overridePatchMethod: true }),
}

await scripts[script]()
