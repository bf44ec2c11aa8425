/** Reads the tables of the file: which keys there are, of which type, and what an unknown one was meant to be. */
import { z } from 'zod'
import type { AdapterName, IsolationMode } from './config.ts'
import type { Key } from './key.ts'
import { findKey, fixFor, keys, sectionTitles, type Section } from './keys.ts'
import { nearest } from '../base/nearest.ts'
import type { KeyPath, Report } from './report.ts'

const text = z.string('must be text in quotes.')
const wholeNumber = z.int('must be a whole number.')
const decimal = z.number('must be a number.')
const flag = z.boolean('must be true or false.')
const texts = z.array(text, 'must be a list of texts.')
const words = z.union([text, texts], 'must be text or a list of texts.')

const isolationMode = z.enum(
  ['required', 'preferred', 'off'] satisfies IsolationMode[],
  'must be "required", "preferred" or "off".',
)

const spending = {
  runs_per_day: wholeNumber,
  tokens_per_day: wholeNumber,
  usd_per_day: decimal,
  keep_plan_percent: wholeNumber,
}

/** The raw type of every key, before ranges, paths and cron lines are looked at. The compiler holds it to the table. */
const shapes = {
  top: {
    core_dir: text,
    state_dir: text,
    max_concurrent_runs: wholeNumber,
    stop_grace_seconds: wholeNumber,
    context_timeout_seconds: wholeNumber,
    context_replace: texts,
    log_retention_days: wholeNumber,
    log_max_count: wholeNumber,
  },
  agents: {
    name: text,
    agent_command: words,
    workspace: text,
    work_dir: text,
    worktree: flag,
    project: text,
    heartbeat_interval: wholeNumber,
    schedule: text,
    timezone: text,
    catch_up: z.enum(['once', 'skip'], 'must be "once" or "skip".'),
    active_hours: text,
    heartbeat_timeout: wholeNumber,
    context_dirs: words,
    role: text,
    role_via: z.enum(['auto', 'native', 'prompt'], 'must be "auto", "native" or "prompt".'),
    adapter: z.enum(
      ['claude', 'codex', 'gemini', 'opencode', 'generic'] satisfies AdapterName[],
      'must be "claude", "codex", "gemini", "opencode" or "generic".',
    ),
    prompt_via: z.enum(['stdin', 'argument', 'file'], 'must be "stdin", "argument" or "file".'),
    gate: z.enum(['always', 'changed'], 'must be "always" or "changed".'),
    max_quiet: text,
    stale_after: text,
    wake_on: z.array(
      z.enum(['handoff', 'tasks'], 'must be "handoff" or "tasks".'),
      'must be a list of "handoff" and "tasks".',
    ),
    log_retention_days: wholeNumber,
    log_max_count: wholeNumber,
    env: z.record(z.string(), z.unknown(), 'must be a table with the keys pass and set.'),
    isolation: z.record(z.string(), z.unknown(), 'must be a table.'),
    limits: z.record(z.string(), z.unknown(), 'must be a table.'),
  },
  env: {
    pass: texts,
    set: z.record(z.string(), text, 'must be a table of texts.'),
  },
  agentIsolation: {
    mode: isolationMode,
    read_only: texts,
    read_write: texts,
    network: flag,
    secrets: texts,
    memory: text,
    processes: wholeNumber,
    file_size: text,
    user: text,
    bypass_without_isolation: flag,
  },
  agentLimits: spending,
  isolation: { mode: isolationMode },
  limits: spending,
  notify: {
    command: words,
    webhook: text,
    ntfy: text,
    desktop: flag,
    digest_at: text,
  },
  delegation: {
    command: words,
    commands: z.record(z.string(), words, 'must be a table of commands.'),
    max_depth: wholeNumber,
    children_per_run: wholeNumber,
    children_per_agent: wholeNumber,
    max_children: wholeNumber,
    timeout: text,
  },
  ipc: { enabled: flag, socket_path: text, task_dir: text },
  journal: { max_days: wholeNumber, max_events: wholeNumber },
  sync: {
    enabled: flag,
    interval_seconds: wholeNumber,
    failure_backoff_seconds: wholeNumber,
    state_file: text,
    lock_file: text,
  },
} satisfies { readonly [S in Section]: { readonly [K in keyof (typeof keys)[S]]: z.ZodType } }

/** What stands in one table of the file: the keys that are there and of the right type. */
export type Values<S extends Section> = {
  readonly [K in keyof (typeof shapes)[S]]?: z.output<Extract<(typeof shapes)[S][K], z.ZodType>>
}

/** One table of the file as far as it was read rightly, with its place and where its mistakes go. */
export interface Table<S extends Section> {
  readonly section: S
  readonly at: KeyPath
  readonly values: Values<S>
  readonly report: Report
}

/** Any table, for what works on keys by their name. */
export interface AnyTable {
  readonly section: Section
  readonly at: KeyPath
  readonly values: Readonly<Record<string, unknown>>
  readonly report: Report
}

/** The tables that stand inside the top of the file and are read on their own. */
const subtables: readonly string[] = [
  'agents',
  'isolation',
  'limits',
  'notify',
  'delegation',
  'ipc',
  'journal',
  'sync',
]

/**
 * Reads one table strictly, key by key, so that a mistake in one key hides none in another. A key that is unknown or
 * of the wrong type is reported and left out.
 */
export function readTable<S extends Section>(
  section: S,
  table: unknown,
  at: KeyPath,
  report: Report,
): Table<S> {
  const shape: Readonly<Record<string, z.ZodType>> = shapes[section]
  const values: Record<string, unknown> = {}
  const plain = plainTable(section, table, at, report)
  for (const [name, value] of Object.entries(plain ?? {})) {
    if (section === 'top' && subtables.includes(name)) continue
    const type = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (type === undefined) {
      report.problem([...at, name], 'unknown key.', suggestion(section, name))
      continue
    }
    const parsed = type.safeParse(value)
    if (parsed.success) values[name] = parsed.data
    else reportType(section, [...at, name], parsed.error, report)
  }
  if (plain !== undefined) reportMissing(section, plain, at, report)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was parsed by the shape of its own key.
  return { section, at, values: values as Values<S>, report }
}

function plainTable(section: Section, table: unknown, at: KeyPath, report: Report): object | undefined {
  // A date is an object too, with a prototype of its own.
  const plain: readonly unknown[] = [Object.prototype, null]
  if (typeof table === 'object' && table !== null && plain.includes(Object.getPrototypeOf(table)))
    return table
  report.problem(at, 'must be a table.', `Write it as a section headed ${sectionTitles[section]}.`)
  return undefined
}

function reportMissing(section: Section, table: object, at: KeyPath, report: Report): void {
  for (const [name, key] of Object.entries<Key>(keys[section])) {
    if (key.default !== 'required' || Object.hasOwn(table, name)) continue
    report.problem([...at, name], 'is required.', fixFor(section, name))
  }
}

function reportType(section: Section, path: KeyPath, error: z.ZodError, report: Report): void {
  const fix = fixFor(section, String(path.at(-1)))
  for (const issue of error.issues) {
    const inner = issue.path.filter((step) => typeof step !== 'symbol')
    report.problem([...path, ...inner], issue.message, fix)
  }
}

/** Where the key belongs, or which one was probably meant. */
function suggestion(section: Section, name: string): string {
  const others = Object.keys(sectionTitles).filter(
    (other): other is Section => other !== section && Object.hasOwn(keys, other),
  )
  const homes = others.filter((other) => findKey(other, name) !== undefined)
  if (homes.length > 0) return `It belongs to ${homes.map(titleInSentence).join(' or ')}: move it there.`
  const close = nearest(name, [...Object.keys(keys[section]), ...(section === 'top' ? subtables : [])])
  if (close !== undefined) return `Did you mean ${close}?`
  return `Remove it, or look the key up: ${titleInSentence(section)} has ${Object.keys(keys[section]).join(', ')}.`
}

function titleInSentence(section: Section): string {
  return section === 'top' ? 'the top of the file, before the first [section]' : sectionTitles[section]
}
