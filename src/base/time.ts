/** `2026-11-20T10:15:03.123Z`, the form of every time in JSON and in prompts. */
export function isoTime(at: number): string {
  return new Date(at).toISOString()
}

/** Ms of a time that `isoTime` wrote. */
export function fromIso(text: string): number {
  return Date.parse(text)
}

/** `20261120-101503`, UTC: the stamp of file names. */
export function fileStamp(at: number): string {
  const [date = '', time = ''] = isoTime(at).split('T')
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`
}

/** `20261120-101503-123`, UTC: the stamp of run ids. */
export function runStamp(at: number): string {
  return `${fileStamp(at)}-${isoTime(at).slice(20, 23)}`
}

/** `02:10`, or `Nov 19 02:10` when that was another day, in the zone of the reader. The midnight that ends the day belongs to it. */
export function clockTime(at: number, now: number): string {
  // Not toLocaleTimeString: the first use of Intl takes longer than everything else in `marrow status`.
  const then = new Date(at)
  const time = `${twoDigits(then.getHours())}:${twoDigits(then.getMinutes())}`
  if (then.toDateString() === new Date(now).toDateString() || at === dayAround(now).end) return time
  return `${months[then.getMonth()] ?? '?'} ${then.getDate()} ${time}`
}

/** The text with every ISO time in it as `clockTime`. */
export function withClockTimes(text: string, now: number): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (iso) =>
    clockTime(Date.parse(iso), now),
  )
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function twoDigits(count: number): string {
  return String(count).padStart(2, '0')
}

const timePattern =
  /^(?:(\d{4})-(\d\d)-(\d\d)(?:[T ](?=\d)|$))?(?:(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?)?(Z|[+-]\d\d:?\d\d)?$/i

/**
 * Ms of a written time: `2026-11-20`, `2026-11-20 14:05`, `2026-11-20T14:05:03.123Z`. Without a zone it is the machine's
 * time. With `now` also `14:05` alone: the last time that it was so late. Undefined when the text is anything else.
 */
export function parseTime(text: string, now: number | undefined): number | undefined {
  const match = timePattern.exec(text.trim())
  const [, year, month, day, hour, minute, second, fraction = '', zone] = match ?? []
  if (year === undefined && (hour === undefined || now === undefined || zone !== undefined)) return undefined
  if (zone !== undefined && hour === undefined) return undefined
  const today = new Date(now ?? 0)
  const date =
    year === undefined
      ? [today.getFullYear(), today.getMonth(), today.getDate()]
      : [Number(year), Number(month) - 1, Number(day)]
  const time = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0), Number(fraction.padEnd(3, '0'))]
  if (!isTimeOfDay(time) || !isDate(date)) return undefined
  const at = (dayShift: number) => {
    const [y = 0, m = 0, d = 0] = date
    const [h = 0, min = 0, s = 0, ms = 0] = time
    if (zone !== undefined) return Date.UTC(y, m, d, h, min, s, ms) - zoneMs(zone)
    return new Date(y, m, d + dayShift, h, min, s, ms).getTime()
  }
  return year === undefined && now !== undefined && at(0) > now ? at(-1) : at(0)
}

function isTimeOfDay([hour = 0, minute = 0, second = 0]: readonly number[]): boolean {
  return hour <= 23 && minute <= 59 && second <= 59
}

function isDate([year = 0, month = 0, day = 0]: readonly number[]): boolean {
  const date = new Date(Date.UTC(year, month, day))
  return date.getUTCMonth() === month && date.getUTCDate() === day
}

function zoneMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const [hours, minutes] = [zone.slice(1, 3), zone.slice(-2)].map(Number)
  return (zone.startsWith('-') ? -1 : 1) * ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000
}

/** The machine's local day around a moment: its first ms and that of the next day. A day has 23 or 25 hours where clocks change. */
export function dayAround(at: number): { readonly start: number; readonly end: number } {
  const then = new Date(at)
  const midnight = (shift: number) =>
    new Date(then.getFullYear(), then.getMonth(), then.getDate() + shift).getTime()
  return { start: midnight(0), end: midnight(1) }
}

/** Minutes since midnight (0 to 1439) of the wall clock in `timezone` (IANA name; undefined: the machine's zone). */
export function minuteOfDay(at: number, timezone: string | undefined): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timezone === undefined ? {} : { timeZone: timezone }),
  }).format(at)
  const [hour = '0', minute = '0'] = parts.split(':')
  return Number(hour) * 60 + Number(minute)
}

/** Whether `name` is a time zone that this machine knows. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}
