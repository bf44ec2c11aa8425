/** `2026-11-20T10:15:03.123Z`, the form of every time in JSON and in prompts. */
export function isoTime(at: number): string {
  return new Date(at).toISOString()
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

/** `02:10`, or `Nov 19 02:10` when that was another day, in the zone of the reader. */
export function clockTime(at: number, now: number): string {
  // Not toLocaleTimeString: the first use of Intl takes longer than everything else in `marrow status`.
  const then = new Date(at)
  const time = `${twoDigits(then.getHours())}:${twoDigits(then.getMinutes())}`
  if (then.toDateString() === new Date(now).toDateString()) return time
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
