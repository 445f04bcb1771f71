// A photo as the strip and the viewer show it: its addresses and a caption. Not here: asking for photos of a report.
export type ShownPhoto = {
  sha256: string
  /** Null while its bytes have not arrived. */
  preview: string | null
  original: string | null
  role: string
  takenAt?: string | null
  source?: string | null
}

type Named = { sha256: string; role: string; here: boolean; taken_at?: string | null; source?: string | null }

/** A photo of a report, a case file or a desk, with its addresses. */
export const shownPhoto = (photo: Named): ShownPhoto => ({
  sha256: photo.sha256,
  preview: photo.here ? `/api/v1/media/${photo.sha256}/preview` : null,
  original: photo.here ? `/api/v1/media/${photo.sha256}` : null,
  role: photo.role,
  takenAt: photo.taken_at ?? null,
  source: photo.source ?? null,
})

/** The index `by` places on, staying within `count`. */
export const step = (index: number, by: number, count: number): number =>
  count === 0 ? 0 : Math.min(Math.max(index + by, 0), count - 1)
