/** The keys of `[limits]` and `[agents.limits]`, a part of the one table of keys. */
import type { Key } from './key.ts'

// Above any day's work, so that a slip of the pen is seen; 0 is a limit like any other: nothing starts.
const RUNS_MAX = 1_000_000
const TOKENS_MAX = 1_000_000_000_000
const USD_MAX = 1_000_000

/** What one agent may spend. */
export const agentLimits = {
  runs_per_day: {
    type: 'integer',
    default: 'no limit',
    range: [0, RUNS_MAX],
    meaning: 'How many runs the agent may begin on one day.',
  },
  tokens_per_day: {
    type: 'integer',
    default: 'no limit',
    range: [0, TOKENS_MAX],
    meaning: 'How many tokens the runs that the agent begins on one day may take.',
  },
  usd_per_day: {
    type: 'number',
    default: 'no limit',
    range: [0, USD_MAX],
    rule: 'only where the agent CLI tells what a run cost',
    meaning: 'How many US dollars the runs that the agent begins on one day may cost.',
  },
  keep_plan_percent: {
    type: 'integer',
    default: 'no limit',
    range: [0, 100],
    rule: 'only where the agent CLI tells how much of its plan is used: Claude Code',
    meaning: 'How much of a window of its plan the agent leaves to people.',
  },
} as const satisfies Record<string, Key>

/** What all agents together may spend. */
export const limits = {
  runs_per_day: {
    ...agentLimits.runs_per_day,
    meaning: 'How many runs all agents together may begin on one day.',
  },
  tokens_per_day: {
    ...agentLimits.tokens_per_day,
    meaning: 'How many tokens the runs that all agents begin on one day may take together.',
  },
  usd_per_day: {
    ...agentLimits.usd_per_day,
    meaning: 'How many US dollars the runs that all agents begin on one day may cost together.',
  },
  keep_plan_percent: {
    ...agentLimits.keep_plan_percent,
    meaning: 'How much of a window of any plan all agents leave to people.',
  },
} as const satisfies Record<keyof typeof agentLimits, Key>
