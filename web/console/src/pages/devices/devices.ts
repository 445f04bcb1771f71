// When a phone is worth a look. The thresholds are for the eye alone: the server decides nothing by them.
const HOUR_MS = 3_600_000
const SHIFT_HOURS = 10
const DAY_HOURS = 24
const CLOCK_OFF_MS = 5 * 60_000 // beyond five minutes times of reports mislead

export type Tone = 'muted' | 'warn' | 'danger'

/** How worrying a moment in the past is: a shift is usual, more than a day is not. Never is a worry, too. */
export function silentTone(at: string | null | undefined, now = Date.now()): Tone {
  if (!at) return 'warn'
  const hours = (now - Date.parse(at)) / HOUR_MS
  return hours > DAY_HOURS ? 'danger' : hours > SHIFT_HOURS ? 'warn' : 'muted'
}

/** How worrying a phone's clock is; its offset in milliseconds, null where it was never seen. */
export function clockTone(offsetMs: number | null | undefined): Tone {
  return offsetMs !== null && offsetMs !== undefined && Math.abs(offsetMs) > CLOCK_OFF_MS ? 'warn' : 'muted'
}
