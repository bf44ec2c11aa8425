/** Owns how people say from when on they want to see something. */
import { parseDuration } from '../base/duration.ts'
import { MarrowError } from '../base/errors.ts'
import { parseTime } from '../base/time.ts'

/** Epoch ms of `--since`: a duration back from `now`, or a time. Throws USAGE. */
export function sinceTime(text: string, now: number): number {
  const ago = parseDuration(text)
  const at = ago === undefined ? parseTime(text, now) : Math.max(0, now - ago)
  if (at !== undefined && at <= now) return at
  const why = at === undefined ? 'it is neither a duration nor a time' : 'that is still to come'
  throw new MarrowError('USAGE', `Cannot read --since ${JSON.stringify(text)}: ${why}.`, {
    fix: 'Write how long ago (2h, 30m, 1d12h), or when: 14:05, 2026-11-20, 2026-11-20T14:05.',
  })
}
