/** Reads `[notify]`. What stands there may be a secret: no mistake quotes it. */
import type { NotifyConfig } from './config.ts'
import { readWords } from './command.ts'
import type { Place } from './paths.ts'
import type { KeyPath, Report } from './report.ts'
import { readTable } from './schema.ts'

/** Reads where the operator is told what cannot wait; without the table, nowhere. */
export function readNotify(value: unknown, place: Place, report: Report): NotifyConfig {
  const { values, at } = readTable('notify', value ?? {}, ['notify'], report)
  const { command, webhook, ntfy, desktop = false, digest_at: digestAt } = values
  const config: NotifyConfig = {
    command: command === undefined ? [] : readWords(command, [...at, 'command'], place, report),
    webhook: webhook === undefined ? undefined : address(webhook, [...at, 'webhook'], place, report),
    ntfy: ntfy === undefined ? undefined : topic(ntfy, [...at, 'ntfy'], place, report),
    desktop,
    digestAt: digestAt === undefined ? undefined : timeOfDay(digestAt, [...at, 'digest_at'], report),
  }
  const nobody = !desktop && [command, webhook, ntfy].every((one) => one === undefined)
  if (digestAt !== undefined && nobody)
    report.warning([...at, 'digest_at'], 'has no effect without command, webhook, ntfy or desktop.')
  return config
}

/** The address, or the one in a variable: agents read the file, and not the daemon's environment. */
function address(written: string, path: KeyPath, place: Place, report: Report): string | undefined {
  const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(written)?.slice(1).find(Boolean)
  const meant = name === undefined ? written : (place.env[name] ?? '')
  if (meant === '' && name !== undefined) {
    report.problem(path, `$${name} is not set.`, 'Set it where marrow is started, or write the address out.')
    return undefined
  }
  const url = URL.canParse(meant) ? new URL(meant) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.href
  report.problem(path, 'is no http or https address.', 'Write all of it, beginning with https://.')
  return undefined
}

function topic(written: string, path: KeyPath, place: Place, report: Report): string | undefined {
  const href = address(written, path, place, report)
  if (href === undefined || new URL(href).pathname !== '/') return href
  report.problem(
    path,
    'names no topic.',
    'Write the address of one: https://ntfy.sh/a-name-that-nobody-guesses.',
  )
  return undefined
}

function timeOfDay(written: string, path: KeyPath, report: Report): string | undefined {
  if (/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(written)) return written
  report.problem(path, 'is no time of day.', 'Write hours and minutes, from "00:00" to "23:59".')
  return undefined
}
