/** Owns what one record of the log may hold: plain text without what must not be there, bounded in every direction. */
import { plainLines } from '../../base/plain.ts'
import type { LogLevel } from '../log.ts'

/** One thing to say. The fields beside level and message are data for programs; a person sees those of no event. */
export interface LogRecord {
  readonly level: LogLevel
  readonly message: string
  readonly agent?: unknown
  readonly [field: string]: unknown
}

/** The longest line of the log, its end included: what journals and collectors take whole. */
export const LINE_BYTES_MAX = 8_192

const ENVELOPE_BYTES = 512 // For what is added later: level, time, the count of repetitions, colours, the clock.
const TEXT_CHARS_MAX = 2_000 // Of the message and of an error's stack; a whole one rarely has more.
const FIELD_CHARS_MAX = 500
const ITEMS_MAX = 50
const DEPTH_MAX = 4

/**
 * The record as it may be written. `redact` sees every text whole, before anything is cut: half a key is a key that it
 * would not know. What makes the record too long is left out, the data first, and `cut` then says so.
 */
export function fitRecord(record: LogRecord, redact: (text: string) => string): LogRecord {
  const { level, message, ...fields } = record
  const clean = (text: string, charsMax: number) => cutTo(plainLines(redact(text)), charsMax)
  const bounded = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return clean(value, FIELD_CHARS_MAX)
    if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value
    if (depth >= DEPTH_MAX) return '…'
    if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => bounded(item, depth + 1))
    const entries = Object.entries(value).slice(0, ITEMS_MAX)
    return Object.fromEntries(
      entries.map(([name, item]) => [clean(name, FIELD_CHARS_MAX), bounded(item, depth + 1)]),
    )
  }
  const told = Object.entries(fields)
    .slice(0, ITEMS_MAX)
    .map(([name, value]): [string, unknown] => {
      const isError = name === 'error' && typeof value === 'string'
      return [clean(name, FIELD_CHARS_MAX), isError ? clean(value, TEXT_CHARS_MAX) : bounded(value, 0)]
    })
  return shortened({ ...Object.fromEntries(told), level, message: clean(message, TEXT_CHARS_MAX) })
}

function shortened(record: LogRecord): LogRecord {
  const { data, ...withoutData } = record
  if (fits(record)) return record
  if (data !== undefined && fits({ ...withoutData, cut: true })) return { ...withoutData, cut: true }
  const { level, message, agent, kind, run, error } = record
  const few = {
    agent,
    kind,
    run,
    error: typeof error === 'string' ? cutTo(error, FIELD_CHARS_MAX) : undefined,
  }
  const kept = Object.fromEntries(Object.entries(few).filter(([, value]) => value !== undefined))
  return { ...kept, level, message: cutTo(message, FIELD_CHARS_MAX), cut: true }
}

function fits(record: LogRecord): boolean {
  return Buffer.byteLength(JSON.stringify(record)) <= LINE_BYTES_MAX - ENVELOPE_BYTES
}

function cutTo(text: string, charsMax: number): string {
  return text.length <= charsMax ? text.toWellFormed() : `${text.slice(0, charsMax - 1).toWellFormed()}…`
}
