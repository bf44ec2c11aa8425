/** Owns how the log of a running daemon is made to say more or less, and that the log tells of it. */
import type { Log, LogLevel } from '../platform/log.ts'

/** SIGUSR2: debug, or back to the usual. */
export function toggleDebug(log: Log): void {
  setLogLevel(log, log.level === 'debug' ? 'info' : 'debug')
}

/** Sets the level until this daemon ends, and says so whatever the two levels are. */
export function setLogLevel(log: Log, level: LogLevel): void {
  if (log.level === level) return
  log.level = 'info'
  log.info(`the log tells ${kinds[level]} from now on, until the daemon ends`)
  log.level = level
}

const kinds: Readonly<Record<LogLevel, string>> = {
  debug: 'everything (debug)',
  info: 'what happens (info)',
  warn: 'warnings and errors (warn)',
  error: 'errors alone (error)',
}
