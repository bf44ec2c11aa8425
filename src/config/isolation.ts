/** Reads `[isolation]` and `[agents.isolation]`: what a run may see of the machine, and how much it may take. */
import { formatSize, parseSize } from '../base/size.ts'
import type { IsolationConfig, IsolationMode } from './config.ts'
import { findKey } from './keys.ts'
import type { Place } from './paths.ts'
import type { Report } from './report.ts'
import { readTable, type Table } from './schema.ts'
import { numberOf, pathValue } from './values.ts'

/** The mode of all agents that do not write their own. */
export function readIsolationMode(value: unknown, report: Report): IsolationMode {
  return readTable('isolation', value ?? {}, ['isolation'], report).values.mode ?? 'preferred'
}

/** What an agent's table takes from the rest of the file. */
interface IsolationContext {
  readonly place: Place
  readonly isolationMode: IsolationMode
}

/** The `[agents.isolation]` of one agent, complete. */
export function readIsolation(
  { at, values, report }: Table<'agents'>,
  { place, isolationMode }: IsolationContext,
): IsolationConfig {
  const table = readTable('agentIsolation', values.isolation ?? {}, [...at, 'isolation'], report)
  const { mode, network, bypass_without_isolation: bypass } = table.values
  return {
    mode: mode ?? isolationMode,
    readOnly: pathsOf(table, 'read_only', place),
    readWrite: withoutMachine(table, pathsOf(table, 'read_write', place)),
    network: network ?? true,
    secrets: pathsOf(table, 'secrets', place),
    limits: {
      memoryBytes: sizeOf(table, 'memory'),
      processesMax: table.values.processes === undefined ? undefined : numberOf(table, 'processes'),
      fileBytesMax: sizeOf(table, 'file_size'),
    },
    user: userOf(table),
    bypassWithoutIsolation: bypass ?? false,
  }
}

function pathsOf(
  { at, values, report }: Table<'agentIsolation'>,
  name: 'read_only' | 'read_write' | 'secrets',
  place: Place,
): readonly string[] {
  const written = values[name] ?? []
  return written.flatMap((path, index) => pathValue(path, [...at, name, index], place, report) || [])
}

/** The machine as a whole is no folder of an agent. */
function withoutMachine(
  { at, report }: Table<'agentIsolation'>,
  paths: readonly string[],
): readonly string[] {
  const whole = ['/', '/proc', '/sys', '/dev', '/etc', '/usr', '/bin', '/sbin', '/lib']
  for (const path of paths.filter((one) => whole.includes(one))) {
    const fix = 'Name the folders in it that the agent is to write.'
    report.problem([...at, 'read_write'], `${path} belongs to the machine.`, fix)
  }
  return paths.filter((one) => !whole.includes(one))
}

function sizeOf(
  { at, values, report }: Table<'agentIsolation'>,
  name: 'memory' | 'file_size',
): number | undefined {
  const written = values[name]
  if (written === undefined) return undefined
  const bytes = parseSize(written)
  if (bytes === undefined) {
    report.problem([...at, name], `is not a size: "${written}".`, 'Write it like 2GiB or 500MB.')
    return undefined
  }
  const [low, high] = findKey('agentIsolation', name)?.range ?? [0, Number.MAX_SAFE_INTEGER]
  const clamped = Math.min(Math.max(bytes, low), high)
  if (clamped !== bytes) {
    const range = `[${formatSize(low)},${formatSize(high)}]`
    const reason = `${name}=${formatSize(bytes)} outside ${range}, clamped to ${formatSize(clamped)}`
    report.warning([...at, name], reason)
  }
  return clamped
}

function userOf({ at, values, report }: Table<'agentIsolation'>): string | undefined {
  const { user } = values
  if (user === undefined || /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user)) return user
  report.problem([...at, 'user'], `is not the name of a user: "${user}".`, 'Write a name such as marrow.')
  return undefined
}
