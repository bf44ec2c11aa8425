/** Owns how counts are shown to people: short, with their unit, never more exact than they are. */

/** `900`, `12k`, `1.2M`. */
export function shortCount(count: number): string {
  if (count < 1_000) return String(Math.round(count))
  if (count < 999_500) return `${count < 9_950 ? oneDigit(count / 1_000) : Math.round(count / 1_000)}k`
  return `${oneDigit(count / 1_000_000)}M`
}

/** `$0.0123`; a dash where the agent CLI told no cost. */
export function money(usd: number | null): string {
  if (usd === null) return '-'
  return usd > 0 && usd < 1 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`
}

/** `900 B`, `12 KiB`, `1.2 MiB`. */
export function byteCount(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1_048_576) return `${Math.round(bytes / 1_024)} KiB`
  return `${oneDigit(bytes / 1_048_576)} MiB`
}

/** `3 runs`, `1 run`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function oneDigit(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}
