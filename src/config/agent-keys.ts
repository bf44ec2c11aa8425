/** The keys of an agent and of its environment, parts of the one table of keys. */
import type { Key } from './key.ts'
import { agentPlace } from './place-keys.ts'

/** Week-long and day-long limits are those of marrow-core, so that its files keep their meaning. */
const week = 604_800
const day = 86_400

export const agents = {
  name: {
    type: 'text',
    default: 'required',
    example: '"scout"',
    rule: 'letters, digits, space, `-`, `_`, `.`, and `@` before a project; no `-to-`; unique, also without regard to case',
    meaning: "The agent's name in commands, logs and file names.",
  },
  agent_command: {
    type: 'text or list of texts',
    default: 'required',
    example: '"opencode run"',
    rule: 'text is split into words as a POSIX shell does; no shell runs',
    meaning:
      'What a run starts. Placeholders: `{prompt}`, `{prompt_file}`, `{workspace}`, `{work_dir}`, `{agent}`, `{run_id}`.',
  },
  ...agentPlace,
  heartbeat_interval: {
    type: 'seconds',
    default: '300',
    range: [60, week],
    rule: 'not together with `schedule`',
    meaning: 'The time between two slots.',
  },
  schedule: {
    type: 'cron line',
    default: 'none',
    rule: 'five fields, or six of which the first is one second, 0 to 59; or `@hourly`, `@daily` and the like',
    meaning: 'Slots at set times instead of an interval. `H` stands for a fixed value of its own per agent.',
  },
  timezone: {
    type: 'text',
    default: "the machine's",
    rule: 'a name such as `Europe/Berlin`',
    meaning: 'Where `schedule` and `active_hours` are read.',
  },
  catch_up: {
    type: '`"once"` or `"skip"`',
    default: '`"once"`',
    meaning: 'After sleep or downtime: one tick for all missed slots, or none until the next slot.',
  },
  active_hours: {
    type: 'text',
    default: 'all day',
    rule: '`"09:00-18:00"`; `"22:00-06:00"` goes over midnight',
    meaning: 'Slots outside these hours do not count.',
  },
  heartbeat_timeout: {
    type: 'seconds',
    default: '500',
    range: [5, day],
    meaning: 'The deadline of a run; only time that the machine was awake counts.',
  },
  stale_after: {
    type: 'duration',
    default: '`"10m"`',
    rule: 'such as `90s` or `1h30m`; `"0s"` = never',
    range: [0, 365 * day * 1_000],
    meaning:
      'How long a run may print nothing before status marks it as stale. What prints only at its end never is.',
  },
  context_dirs: {
    type: 'path or list of paths',
    default: '`[]`',
    meaning: 'Folders with context providers of your own; the shipped ones run before them.',
  },
  role: {
    type: 'text',
    default: 'none',
    rule: 'a name below `roles/`, with or without `.md`',
    meaning:
      'Who the agent is: the role beside marrow.toml, else the one of the core. One whose file has a mistake is not started.',
  },
  role_via: {
    type: '`"auto"`, `"native"` or `"prompt"`',
    default: '`"auto"`',
    meaning:
      'How the role is given: by the own means of the agent CLI where it has any (`auto`), only so or not at all (`native`), or as a part of the prompt.',
  },
  adapter: {
    type: '`"claude"`, `"codex"`, `"gemini"`, `"opencode"` or `"generic"`',
    default: 'the name of the program if marrow knows it, else `"generic"`',
    meaning: 'What marrow knows of the agent CLI: its flags, how it takes the prompt, how its output reads.',
  },
  prompt_via: {
    type: '`"stdin"`, `"argument"` or `"file"`',
    default: 'what suits the adapter',
    meaning: 'How the prompt reaches the agent CLI.',
  },
  gate: {
    type: '`"always"` or `"changed"`',
    default: '`"always"`',
    meaning: 'With `changed` a tick starts a run only for news, open work, or after `max_quiet`.',
  },
  max_quiet: {
    type: 'duration',
    default: '`"24h"`',
    rule: 'such as `90m` or `1h30m`',
    range: [60_000, 365 * day * 1_000],
    meaning: 'The longest silence that `gate = "changed"` keeps.',
  },
  wake_on: {
    type: 'list of `"handoff"`, `"tasks"`',
    default: '`["handoff"]`',
    meaning:
      'New files that wake the agent before its next slot; `tasks` makes it the one that works the queue.',
  },
  log_retention_days: {
    type: 'days',
    default: 'as at the top',
    range: [0, 36_500],
    rule: '0 = no limit',
    meaning: 'How long finished runs are kept.',
  },
  log_max_count: {
    type: 'integer',
    default: 'as at the top',
    range: [0, 1_000_000],
    rule: '0 = no limit',
    meaning:
      'How many finished runs are kept, children among them; the last 20 failed ones always are, and those that belong to a run that goes on.',
  },
  env: {
    type: 'table',
    default: 'see `[agents.env]`',
    meaning:
      'What the environment of a run holds beyond HOME, PATH, LANG, TERM, USER and the `MARROW_` names.',
  },
  isolation: {
    type: 'table',
    default: 'see `[agents.isolation]`',
    meaning: 'What a run sees of the machine beyond its workspace and work_dir, and how much it may take.',
  },
  limits: {
    type: 'table',
    default: 'see `[agents.limits]`',
    meaning: 'What the agent may spend, besides what `[limits]` allows all agents together.',
  },
} as const satisfies Record<string, Key>

export const env = {
  pass: {
    type: 'list of names',
    default: '`[]`',
    meaning: "Variables handed on from the daemon's environment.",
  },
  set: {
    type: 'table of texts',
    default: '`{}`',
    rule: 'no name that begins with `MARROW_`',
    meaning: 'Variables with these values.',
  },
} as const satisfies Record<string, Key>
