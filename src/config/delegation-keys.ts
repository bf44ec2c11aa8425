/** The keys of `[delegation]`, a part of the one table of keys. */
import type { Key } from './key.ts'

/** How runs hand work to other roles. */
export const delegation = {
  command: {
    type: 'text or list of texts',
    default: "the agent's `agent_command`",
    rule: 'as `agent_command`; `{role}` is the name of the role in its agent CLI',
    meaning: 'What is started for a run that another run asked for.',
  },
  commands: {
    type: 'table of commands',
    default: '`{}`',
    rule: 'by role (`"l3/coder"`) or by level (`l3`); the role counts first',
    meaning: 'Commands for some roles.',
  },
  max_depth: {
    type: 'integer',
    default: '2',
    range: [0, 2],
    meaning: 'How many hops a chain of delegations may have; 0 switches delegation off.',
  },
  children_per_run: {
    type: 'integer',
    default: '3',
    range: [1, 100],
    meaning: 'How many runs may go on at one time that one run asked for.',
  },
  children_per_agent: {
    type: 'integer',
    default: '6',
    range: [1, 500],
    meaning: 'How many may go on at one time for which one agent is accountable.',
  },
  max_children: {
    type: 'integer',
    default: '8',
    range: [1, 500],
    meaning: 'How many may go on at one time in all. They do not count for `max_concurrent_runs`.',
  },
  timeout: {
    type: 'duration',
    default: '`"30m"`',
    rule: 'such as `90s` or `1h`',
    range: [10_000, 7 * 86_400_000],
    meaning: 'How long such a run may take when nobody says it.',
  },
} as const satisfies Record<string, Key>
