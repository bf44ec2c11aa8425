import { pino, type Logger } from 'pino'

/** The daemon's log. Prompts, environments and tokens are never given to it. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
  debug(message: string, fields?: Record<string, unknown>): void
  flush(): void
}

/** JSON lines on stderr under a service manager, `[HH:MM:SS] message` for people on a terminal. */
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
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    sync: true,
  })
  people.on('error', () => {})
  return wrap(pino({ level, base: null }, people))
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
