/** The one table of everything that marrow.toml may say: the schema, the clamps and docs/configuration.md follow it. */

import { agents, env } from './agent-keys.ts'
import { agentIsolation, isolation } from './isolation-keys.ts'
import type { Key } from './key.ts'
import { agentLimits, limits } from './limit-keys.ts'
import { delegation } from './delegation-keys.ts'
import { notify } from './notify-keys.ts'
import { sync } from './sync-keys.ts'

/** The tables of the file; `top` is what stands before the first `[section]`, `env`, `agentIsolation` and `agentLimits` are tables of an agent. */
export type Section =
  | 'top'
  | 'agents'
  | 'env'
  | 'agentIsolation'
  | 'agentLimits'
  | 'isolation'
  | 'limits'
  | 'notify'
  | 'delegation'
  | 'ipc'
  | 'journal'
  | 'sync'

export const keys = {
  top: {
    core_dir: {
      type: 'path',
      default: '`/opt/marrow-core` if that exists, else the folder of the installed program',
      meaning: 'The core: `prompts/rules.md`, roles, shipped context providers. Agents never write it.',
    },
    state_dir: {
      type: 'path',
      default: '`$XDG_STATE_HOME/marrow`, else `~/.local/state/marrow`',
      meaning: "marrow's own memory. One daemon, one configuration, one state_dir.",
    },
    max_concurrent_runs: {
      type: 'integer',
      default: '3',
      range: [1, 1_000],
      meaning: 'Runs at one time, over all agents; the rest wait in the order in which they are due.',
    },
    stop_grace_seconds: {
      type: 'seconds',
      default: '30',
      range: [0, 3_600],
      meaning: 'How long runs may finish after `marrow stop`, before they are ended.',
    },
    context_timeout_seconds: {
      type: 'seconds',
      default: '15',
      range: [1, 300],
      meaning: 'The deadline of each context provider.',
    },
    context_replace: {
      type: 'list of file names',
      default: '`[]`',
      rule: 'names without a folder',
      meaning: 'Shipped context providers that a file of the same name in a context_dir replaces.',
    },
    log_retention_days: {
      type: 'days',
      default: '7',
      range: [0, 36_500],
      rule: '0 = no limit',
      meaning: 'For agents that do not write their own: how long finished runs are kept.',
    },
    log_max_count: {
      type: 'integer',
      default: '200',
      range: [0, 1_000_000],
      rule: '0 = no limit',
      meaning: 'For agents that do not write their own: how many finished runs are kept.',
    },
  },
  agents,
  env,
  agentIsolation,
  agentLimits,
  isolation,
  limits,
  notify,
  delegation,
  ipc: {
    enabled: { type: 'boolean', default: '`true`', meaning: 'Whether `marrow run` listens on its socket.' },
    socket_path: {
      type: 'path',
      default: '`<state_dir>/marrow.sock`',
      rule: 'at most 100 bytes; outside every workspace',
      meaning: "The operator's socket: whoever may open it may give orders.",
    },
    task_dir: {
      type: 'path',
      default: '`<first workspace>/tasks/queue`',
      rule: 'not the queue of another project',
      meaning:
        'Where `marrow task add` puts tasks of the first project; others have `<workspace>/tasks/queue`.',
    },
  },
  journal: {
    max_days: {
      type: 'days',
      default: '90',
      range: [0, 36_500],
      rule: '0 = no limit',
      meaning: 'How long events are kept.',
    },
    max_events: {
      type: 'integer',
      default: '100000',
      range: [0, 10_000_000],
      rule: '0 = no limit',
      meaning: 'How many events are kept, the newest.',
    },
  },
  sync,
} as const satisfies Record<Section, Record<string, Key>>

/** How each table is headed in the file. */
export const sectionTitles: Readonly<Record<Section, string>> = {
  top: 'The top of the file',
  agents: '[[agents]]',
  env: '[agents.env]',
  agentIsolation: '[agents.isolation]',
  agentLimits: '[agents.limits]',
  isolation: '[isolation]',
  limits: '[limits]',
  notify: '[notify]',
  delegation: '[delegation]',
  ipc: '[ipc]',
  journal: '[journal]',
  sync: '[sync]',
}

/** The row of a key by names that come from a file; undefined for a name that the table does not have. */
export function findKey(section: Section, name: string): Key | undefined {
  const table: Readonly<Record<string, Key>> = keys[section]
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** What to write for a key instead of what is there. */
export function fixFor(section: Section, name: string): string {
  const key = findKey(section, name)
  if (key?.example !== undefined) return `Write it, for example: ${name} = ${key.example}`
  return `Its default is ${key?.default.replaceAll('`', '') ?? 'none'}.`
}
