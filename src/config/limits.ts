/** Reads `[limits]` and `[agents.limits]`: what may be spent on a day. */
import { limitNames } from '../limits/words.ts'
import type { SpendingLimits } from './config.ts'
import type { KeyPath, Report } from './report.ts'
import { readTable } from './schema.ts'
import { numberOf } from './values.ts'

/** The limits that are written in one table; without the table there are none. */
export function readLimits(
  section: 'limits' | 'agentLimits',
  value: unknown,
  at: KeyPath,
  report: Report,
): SpendingLimits {
  const table = readTable(section, value ?? {}, at, report)
  const written = limitNames.filter((name) => table.values[name] !== undefined)
  return Object.fromEntries(written.map((name) => [name, numberOf(table, name)]))
}
