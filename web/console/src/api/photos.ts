// Sends a photo as phones do (tus 1.0.0, in one piece): what is known already is not sent again.
import { asProblem } from './problem'
import { upload } from './client'
import { sha256 } from './sha256'

const inBase64 = (text: string): string => btoa(text)

/** The hash by which acts name the photo. `report` hears the share sent, 0 to 1. Throws ApiProblem. */
export async function sendPhoto(
  file: File,
  reportId: string | undefined,
  report?: (share: number) => void,
): Promise<string> {
  const content = await file.arrayBuffer().catch((error: unknown): never => {
    throw asProblem(error)
  })
  const bytes = new Uint8Array(content)
  const hash = await sha256(bytes)
  const named = { sha256: hash, mime: file.type || 'image/jpeg', ...(reportId ? { report_id: reportId } : {}) }
  await upload('/api/v1/uploads', new Blob([bytes]), report, {
    'Tus-Resumable': '1.0.0',
    'Upload-Length': String(bytes.length),
    'Upload-Metadata': Object.entries(named)
      .map(([name, value]) => `${name} ${inBase64(value)}`)
      .join(','),
    'Content-Type': 'application/offset+octet-stream',
  })
  return hash
}
