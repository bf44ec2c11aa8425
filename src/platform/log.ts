/** Owns the daemon's log: its lines for people, its records for programs, and how much of it is said. */
import { pino, type Logger } from 'pino'
import { plain, plainLines } from '../base/plain.ts'
import { withClockTimes } from '../base/time.ts'
import { createFolding, type Folding } from './log/folding.ts'
import { openOutlet, type Outlet } from './log/outlet.ts'
import { fitRecord, type LogRecord } from './log/record.ts'

/** How much is said, from everything to only what is wrong. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** The daemon's log. Prompts, environments and tokens are never given to it. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
  debug(message: string, fields?: Record<string, unknown>): void
  /** Says what is still held back, of repeated lines and by a slow reader. For the end of a process: it may wait a moment. */
  flush(): void
  /** What is said from now on; this process alone remembers it. A change says what is held back of repeated lines. */
  level: LogLevel
}

/** What a log is opened with. */
export interface LogOptions {
  readonly json: boolean
  /** Debug from the first line on. */
  readonly verbose: boolean
  /** Takes out of any text what must not be in a log, as its last guard; undefined: nothing. */
  readonly redact?: ((text: string) => string) | undefined
}

/** JSON lines on stderr for programs, `[HH:MM:SS] agent: message` for people. */
export async function openLog({ json, verbose, redact = (text) => text }: LogOptions): Promise<Log> {
  const outlet = openOutlet((lines) => {
    logger.warn({ lines }, 'nobody read the log for a while: lines were dropped')
  })
  const base = { level: 'debug', base: null }
  const logger = json
    ? pino({ ...base, timestamp: pino.stdTimeFunctions.isoTime }, outlet)
    : pino(base, await linesForPeople(outlet))
  return wrap(logger, outlet, (record) => fitRecord(record, redact), verbose)
}

async function linesForPeople({ write }: Outlet): Promise<Pick<Outlet, 'write'>> {
  const { prettyFactory } = await import('pino-pretty')
  const lineOf = prettyFactory({
    colorize: process.stderr.isTTY,
    customColors: 'message:reset', // The whole line is the message: it brings its own colours.
    ignore: 'time,level',
    hideObject: true,
    messageFormat: (record, _message, _level, { colors }) => lineFor(record, colors),
  })
  return { write: (record) => write(lineOf(record)) }
}

interface Colours {
  readonly gray: (text: string) => string
  readonly yellow: (text: string) => string
  readonly red: (text: string) => string
}

/** `[HH:MM:SS] scout: run succeeded after 1s`. An event's sentence says it all; other records show their fields too. */
function lineFor(record: Record<string, unknown>, { gray, yellow, red }: Colours): string {
  const { time, level, msg, agent, kind, repeated, ...fields } = record
  const at = new Date(Number(time))
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0'))
  const severity = Number(level) >= 50 ? red('ERROR: ') : Number(level) >= 40 ? yellow('WARNING: ') : ''
  const who = typeof agent === 'string' ? `${plain(agent)}: ` : ''
  const rest = kind === undefined ? fieldsOf(fields) : ''
  const again =
    typeof repeated === 'number' ? ` (repeated ${repeated === 1 ? 'once' : `${repeated} times`})` : ''
  const told = withClockTimes(`${who}${plain(String(msg))}${again}${rest}`, at.getTime())
  return `${gray(`[${clock.join(':')}]`)} ${severity}${told}`
}

/** ` (what: GET /status): TypeError: …`, with the stack below where there is one. */
function fieldsOf({ error, ...fields }: Record<string, unknown>): string {
  const named = Object.entries(fields).map(([name, value]) => `${plain(name)}: ${plain(textOf(value))}`)
  const where = named.length === 0 ? '' : ` (${named.join(', ')})`
  if (error === undefined) return where
  // What follows the first line stands in, so that no text in it can pass for a line of the log.
  const [first = '', ...stack] = plainLines(textOf(error)).split(/[\n\u2028\u2029]/)
  return [`${where}: ${plain(first)}`, ...stack.map((line) => `    ${plain(line)}`)].join('\n')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** A log that keeps nothing, for tests and for commands that speak for themselves. */
export const silentLog: Log = {
  info: () => {},
  warn: () => {},
  error: () => {},
  debug: () => {},
  flush: () => {},
  level: 'error',
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 }

function wrap(
  logger: Logger,
  outlet: Outlet,
  fitted: (record: LogRecord) => LogRecord,
  verbose: boolean,
): Log {
  let level: LogLevel = verbose ? 'debug' : 'info'
  const folding: Folding = createFolding({
    say: ({ level: rank, message, ...fields }) => logger[rank](fields, message),
    now: () => performance.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms).unref()
      return () => clearTimeout(timer)
    },
  })
  const at =
    (rank: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (ranks[rank] >= ranks[level]) folding.take(fitted({ ...fields, level: rank, message }))
    }
  const flush = () => {
    folding.flush()
    outlet.drain()
  }
  process.once('exit', flush) // However it ends: a count that is held back is said.
  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    debug: at('debug'),
    flush,
    get level() {
      return level
    },
    set level(next) {
      folding.flush() // What is told of the change is no repetition, however often it changes.
      level = next
    },
  }
}
