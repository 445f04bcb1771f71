// Numbers, times and lengths as people of the district read them: times always in the district's zone, never the machine's.
import { computed, onScopeDispose, ref } from 'vue'
import { useI18n } from 'vue-i18n'

export const DISTRICT_ZONE = 'Asia/Shanghai'
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The calendar day of a moment in the district: `2026-11-25`. */
export function districtDay(moment: Date | string = new Date()): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: DISTRICT_ZONE, dateStyle: 'short' }).format(new Date(moment))
}

/** `day` moved by whole days: `addDays('2026-11-25', -6)`. */
export function addDays(day: string, days: number): string {
  const moment = new Date(`${day}T00:00:00Z`)
  moment.setUTCDate(moment.getUTCDate() + days)
  return moment.toISOString().slice(0, 10)
}

/** The moment at which a district's day begins, as the server reads it. China keeps one zone without summer time. */
export function dayStart(day: string): string {
  return `${day}T00:00:00+08:00`
}

/** A present moment that moves on every `seconds`, for clocks counting down. */
export function useNow(seconds = 30) {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), seconds * 1000)
  onScopeDispose(() => clearInterval(timer))
  return now
}

export function useFormat() {
  const { locale, t } = useI18n()
  const zoned = (options: Intl.DateTimeFormatOptions) =>
    computed(() => new Intl.DateTimeFormat(locale.value, { timeZone: DISTRICT_ZONE, hourCycle: 'h23', ...options }))
  const long = zoned({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
  const short = zoned({ month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
  const dayOnly = zoned({ year: 'numeric', month: '2-digit', day: '2-digit' })
  const numbers = computed(() => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1 }))
  const shares = computed(() => new Intl.NumberFormat(locale.value, { style: 'percent', maximumFractionDigits: 1 }))
  const with_ = (form: { value: Intl.DateTimeFormat }) => (at: string | number | null | undefined) =>
    at === null || at === undefined ? '' : form.value.format(new Date(at))

  /** `3天2小时`, `25分钟`: the two largest units. */
  const duration = (seconds: number): string => {
    const left = Math.abs(Math.round(seconds))
    const [days, hours, minutes] = [
      Math.floor(left / DAY),
      Math.floor((left % DAY) / HOUR),
      Math.floor((left % HOUR) / MINUTE),
    ]
    if (days > 0) return t('time.days', { n: days }) + (hours ? t('time.hours', { n: hours }) : '')
    if (hours > 0) return t('time.hours', { n: hours }) + (minutes ? t('time.minutes', { n: minutes }) : '')
    return t('time.minutes', { n: minutes })
  }
  /** `2小时前`, or `2小时后` for what is to come. */
  const ago = (at: string | null | undefined, now = Date.now()): string => {
    if (!at) return ''
    const seconds = (now - Date.parse(at)) / 1000
    if (Math.abs(seconds) < MINUTE) return t('time.now')
    return t(seconds > 0 ? 'time.ago' : 'time.ahead', { span: duration(seconds) })
  }
  const number = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : numbers.value.format(value)
  const share = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : shares.value.format(value)
  /** `450 m`, `1.2 km`. */
  const metres = (value: number | null | undefined) =>
    value === null || value === undefined
      ? '–'
      : value < 1000
        ? `${Math.round(value)} m`
        : `${numbers.value.format(value / 1000)} km`
  const bytes = (value: number) =>
    value < 1024 * 1024 ? `${Math.ceil(value / 1024)} KB` : `${numbers.value.format(value / 1024 / 1024)} MB`
  return {
    dateTime: with_(long),
    shortTime: with_(short),
    day: with_(dayOnly),
    duration,
    ago,
    number,
    share,
    metres,
    bytes,
  }
}
