/** Takes one key of a table that was read: a number, a duration or a path, checked, or its default. */
import { formatDuration, parseDuration } from '../base/duration.ts'
import { findKey } from './keys.ts'
import { expandPath, type Place } from './paths.ts'
import type { KeyPath, Report } from './report.ts'
import type { AnyTable } from './schema.ts'

/** The written number or `fallback` (the table's default), brought into the key's range with a warning. */
export function numberOf(table: AnyTable, name: string, fallback?: number): number {
  const key = findKey(table.section, name)
  const written = table.values[name]
  const value = typeof written === 'number' ? written : (fallback ?? Number(key?.default))
  return key?.range === undefined ? value : clamp(table, name, { value, range: key.range, show: String })
}

/** Ms of a written duration such as `1h30m`, or of the table's default, brought into the key's range with a warning. */
export function durationOf(table: AnyTable, name: string): number {
  const key = findKey(table.section, name)
  const inFile = table.values[name]
  const written = typeof inFile === 'string' ? inFile : (key?.default ?? '').replaceAll(/[`"]/g, '')
  const value = parseDuration(written)
  if (value === undefined) {
    const reason = `is not a duration: "${written}".`
    table.report.problem([...table.at, name], reason, 'Write it like 24h, 90m or 1h30m.')
    return 0
  }
  return key?.range === undefined
    ? value
    : clamp(table, name, { value, range: key.range, show: formatDuration })
}

/** The written path, absolute, or `fallback`. */
export function pathOf(table: AnyTable, name: string, place: Place, fallback: string): string {
  const written = table.values[name]
  return typeof written === 'string' ? pathValue(written, [...table.at, name], place, table.report) : fallback
}

/** A path, expanded and absolute; empty when that failed, which is then reported. */
export function pathValue(written: string, path: KeyPath, place: Place, report: Report): string {
  const expanded = expandPath(written, place)
  if ('path' in expanded) return expanded.path
  report.problem(path, expanded.reason, expanded.fix)
  return ''
}

interface Clamping {
  readonly value: number
  readonly range: readonly [number, number]
  readonly show: (value: number) => string
}

function clamp({ at, report }: AnyTable, name: string, { value, range, show }: Clamping): number {
  const [low, high] = range
  const clamped = Math.min(Math.max(value, low), high)
  if (clamped !== value) {
    const reason = `${name}=${show(value)} outside [${show(low)},${show(high)}], clamped to ${show(clamped)}`
    report.warning([...at, name], reason)
  }
  return clamped
}
