/** The keys of `[sync]`, a part of the one table of keys. */
import type { Key } from './key.ts'

/** How the core updates itself. */
export const sync = {
  enabled: {
    type: 'boolean',
    default: '`false`',
    rule: 'not available in this version',
    meaning: 'Whether the core updates itself.',
  },
  interval_seconds: {
    type: 'seconds',
    default: '3600',
    range: [60, 604_800],
    meaning: 'The time between two attempts.',
  },
  failure_backoff_seconds: {
    type: 'seconds',
    default: '300',
    range: [5, 86_400],
    meaning: 'The wait after a failed attempt.',
  },
  state_file: {
    type: 'path',
    default: '`<first workspace>/runtime/state/sync-status.json`',
    meaning: 'Where the last attempt is written down.',
  },
  lock_file: {
    type: 'path',
    default: '`<first workspace>/runtime/state/sync.lock`',
    meaning: 'Keeps two attempts apart.',
  },
} as const satisfies Record<string, Key>
