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

/** `$4.10`: of an amount that is counted in cents; less than a cent is shown exactly. */
export function dollars(usd: number): string {
  return usd >= 0.01 || usd === 0 ? `$${usd.toFixed(2)}` : money(usd)
}

/** What something took, as closely as that is known. `about` tokens are an estimate. */
export interface Figures {
  readonly usd: number | null
  readonly tokens: number | null
  readonly about: number | null
}

/** `$0.42`; where no cost is known `12k tokens`, or `about 12k tokens`; undefined where nothing is. */
export function shortFigures({ usd, tokens, about }: Figures): string | undefined {
  if (usd !== null && usd > 0) return dollars(usd)
  return tokensInWords(tokens, about) ?? (usd === null ? undefined : dollars(usd))
}

/** `1.2M tokens, $0.2500`: everything that is known; undefined where nothing is. */
export function allFigures({ usd, tokens, about }: Figures): string | undefined {
  const told = [tokensInWords(tokens, about) ?? [], usd !== null && usd > 0 ? money(usd) : []].flat()
  return told.length === 0 ? undefined : told.join(', ')
}

function tokensInWords(tokens: number | null, about: number | null): string | undefined {
  if (tokens !== null && tokens > 0) return `${tokens < 10_000 ? tokens : shortCount(tokens)} tokens`
  return about !== null && about > 0 ? `about ${shortCount(about)} tokens` : undefined
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
