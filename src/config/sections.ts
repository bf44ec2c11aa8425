/** The parts of marrow.toml beside the agents: `[ipc]`, `[journal]`, `[sync]` and the lists at the top. */
import { join } from 'node:path'
import type { Config } from './config.ts'
import { defaultSocketPath, type Place } from './paths.ts'
import type { KeyPath, Report } from './report.ts'
import { type AnyTable, readTable, type Table } from './schema.ts'
import { numberOf, pathOf } from './values.ts'

/** What the defaults of a section are made of; empty where that was wrong. */
export interface SectionContext {
  readonly place: Place
  readonly stateDir: string
  /** The workspace of the first agent. */
  readonly workspace: string
}

/** Reads `[ipc]`: where the operator's socket is, and where tasks are put. */
export function readIpc(
  value: unknown,
  { place, stateDir, workspace }: SectionContext,
  report: Report,
): Config['ipc'] {
  const table = withoutEmpty(readTable('ipc', value ?? {}, ['ipc'], report), ['socket_path', 'task_dir'])
  const fallback = stateDir === '' ? '' : defaultSocketPath(stateDir)
  const socketPath = pathOf(table, 'socket_path', place, fallback)
  checkSocketPath(socketPath, socketPath === fallback ? ['state_dir'] : ['ipc', 'socket_path'], report)
  return {
    enabled: table.values['enabled'] !== false,
    socketPath,
    taskDir: pathOf(table, 'task_dir', place, join(workspace, 'tasks', 'queue')),
  }
}

/** Reads `[journal]`: how much of what happened is kept. */
export function readJournal(value: unknown, report: Report): Config['journal'] {
  const table = readTable('journal', value ?? {}, ['journal'], report)
  return { maxDays: numberOf(table, 'max_days'), maxEvents: numberOf(table, 'max_events') }
}

/** Reads `[sync]`, and warns of one that is switched on. */
export function readSync(
  value: unknown,
  { place, workspace }: SectionContext,
  report: Report,
): Config['sync'] {
  const table = withoutEmpty(readTable('sync', value ?? {}, ['sync'], report), ['state_file', 'lock_file'])
  const enabled = table.values['enabled'] === true
  if (enabled) report.warning(['sync', 'enabled'], 'sync is not available in this version')
  const inState = (name: string) => join(workspace, 'runtime', 'state', name)
  return {
    enabled,
    intervalMs: numberOf(table, 'interval_seconds') * 1_000,
    failureBackoffMs: numberOf(table, 'failure_backoff_seconds') * 1_000,
    stateFile: pathOf(table, 'state_file', place, inState('sync-status.json')),
    lockFile: pathOf(table, 'lock_file', place, inState('sync.lock')),
  }
}

/** Reads `context_replace`: file names, so that a workspace replaces nothing but what was named. */
export function readContextReplace({ values, report }: Table<'top'>): readonly string[] {
  const names = values.context_replace ?? []
  for (const [index, name] of names.entries()) {
    if (/^[^/\0]+$/.test(name) && name !== '.' && name !== '..') continue
    const reason = `is not a file name: "${name}".`
    report.problem(['context_replace', index], reason, 'Write the name without a folder.')
  }
  return names
}

/** An empty path means its default in these keys: old files write it so. */
function withoutEmpty(table: AnyTable, names: readonly string[]): AnyTable {
  const kept = Object.entries(table.values).filter(([name, value]) => !(names.includes(name) && value === ''))
  return { ...table, values: Object.fromEntries(kept) }
}

// The smallest limit of the systems that marrow runs on is 104 bytes with the closing zero; the rest is a reserve.
const SOCKET_BYTES_MAX = 100

function checkSocketPath(path: string, at: KeyPath, report: Report): void {
  const bytes = new TextEncoder().encode(path).length
  if (bytes <= SOCKET_BYTES_MAX) return
  const reason = `the path of the socket has ${bytes} bytes, and at most ${SOCKET_BYTES_MAX} fit: ${path}.`
  report.problem(at, reason, 'Choose a shorter state_dir, or write a short [ipc] socket_path.')
}
