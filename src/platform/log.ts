import { pino, type Logger } from 'pino'
import { plainLines } from '../base/plain.ts'
import { withClockTimes } from '../base/time.ts'

/** The daemon's log. Prompts, environments and tokens are never given to it. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
  debug(message: string, fields?: Record<string, unknown>): void
  flush(): void
}

/** JSON lines on stderr under a service manager, `[HH:MM:SS] agent: message` for people. */
export async function openLog(options: { json: boolean; verbose: boolean }): Promise<Log> {
  const level = options.verbose ? 'debug' : 'info'
  const destination = pino.destination({ fd: 2, sync: true })
  // A terminal that went away (EIO, EPIPE) is not an error: the daemon goes on without its reader.
  destination.on('error', () => {})
  if (options.json)
    return wrap(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination))
  const { default: pretty } = await import('pino-pretty')
  const people = pretty({
    destination,
    colorize: process.stderr.isTTY,
    customColors: 'message:reset', // The whole line is the message: it brings its own colours.
    ignore: 'time,level',
    hideObject: true,
    messageFormat: (record, _message, _level, { colors }) => lineFor(record, colors),
    sync: true,
  })
  people.on('error', () => {})
  return wrap(pino({ level, base: null }, people))
}

interface Colours {
  readonly gray: (text: string) => string
  readonly yellow: (text: string) => string
  readonly red: (text: string) => string
}

/** `[HH:MM:SS] scout: run succeeded after 1s`. An event's sentence says it all; other records show their fields too. */
function lineFor(record: Record<string, unknown>, { gray, yellow, red }: Colours): string {
  const { time, level, msg, agent, kind, ...fields } = record
  const at = new Date(Number(time))
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0'))
  const severity = Number(level) >= 50 ? red('ERROR: ') : Number(level) >= 40 ? yellow('WARNING: ') : ''
  const who = typeof agent === 'string' ? `${agent}: ` : ''
  const rest = kind === undefined ? fieldsOf(fields) : ''
  const told = withClockTimes(plainLines(`${who}${String(msg)}${rest}`), at.getTime())
  return `${gray(`[${clock.join(':')}]`)} ${severity}${told}`
}

/** ` (what: GET /status): TypeError: …`, with the stack below where there is one. */
function fieldsOf({ error, ...fields }: Record<string, unknown>): string {
  const named = Object.entries(fields).map(([name, value]) => `${name}: ${textOf(value)}`)
  return `${named.length === 0 ? '' : ` (${named.join(', ')})`}${error === undefined ? '' : `: ${textOf(error)}`}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A log that keeps nothing, for tests and for commands that speak for themselves. */
export const silentLog: Log = {
  info: () => {},
  warn: () => {},
  error: () => {},
  debug: () => {},
  flush: () => {},
}

function wrap(logger: Logger): Log {
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    debug: (message, fields = {}) => logger.debug(fields, message),
    flush: () => logger.flush(),
  }
}
