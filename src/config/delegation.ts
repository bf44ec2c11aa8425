/** Reads `[delegation]`: how runs hand work to other roles. */
import { readWords } from './command.ts'
import type { DelegationConfig } from './config.ts'
import type { Place } from './paths.ts'
import type { KeyPath, Report } from './report.ts'
import { readTable } from './schema.ts'
import { durationOf, numberOf } from './values.ts'

/** Reads the table; without it, its defaults. */
export function readDelegation(value: unknown, place: Place, report: Report): DelegationConfig {
  const table = readTable('delegation', value ?? {}, ['delegation'], report)
  const { command, commands = {} } = table.values
  const path: KeyPath = ['delegation', 'commands']
  return {
    command: command === undefined ? undefined : readWords(command, ['delegation', 'command'], place, report),
    commands: Object.fromEntries(
      Object.entries(commands).map(([name, words]) => [
        name.toLowerCase(),
        readWords(words, [...path, name], place, report),
      ]),
    ),
    depthMax: numberOf(table, 'max_depth'),
    childrenPerRun: numberOf(table, 'children_per_run'),
    childrenPerAgent: numberOf(table, 'children_per_agent'),
    childrenMax: numberOf(table, 'max_children'),
    timeoutMs: durationOf(table, 'timeout'),
  }
}
