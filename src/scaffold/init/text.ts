/** Owns what `marrow init` writes: a first configuration, or agents at the end of one that is there. */
import { isolationLines, key, opening, starterAgents } from '../starter.ts'
import type { Answers } from './converse.ts'
import type { DailyLimit } from './limit.ts'

/** Where the agents of one project are, and what they are called. */
export interface Place {
  /** Absolute. */
  readonly workspace: string
  /** Undefined: the first project, whose agents have plain names. */
  readonly project: string | undefined
  readonly full: boolean
}

/** The names of the agents that are written. */
export function agentNames({ project, full }: Omit<Place, 'workspace'>): string[] {
  const names = full ? starterAgents.map(({ name }) => name) : ['conductor']
  return names.map((name) => (project === undefined ? name : `${name}@${project}`))
}

/** The text of a first `marrow.toml`. Values go through the TOML writer, so any path comes back as it was. */
export function firstConfig(
  answers: Answers,
  place: Place,
  { stateDir, noIsolation }: { readonly stateDir: string; readonly noIsolation: string | undefined },
): string {
  const { limit, notice } = answers
  return [
    ...opening,
    key('state_dir', stateDir),
    '',
    '# At most so many agents run at one time; the others wait in the order in which they became due.',
    'max_concurrent_runs = 3',
    '',
    ...isolationLines({ noIsolation }),
    ...(limit === undefined
      ? []
      : [
          '',
          '# All agents together. When it is reached, nothing is started until midnight.',
          '[limits]',
          key(limit.key, limit.value),
        ]),
    ...(notice === undefined
      ? []
      : [
          '',
          '# Who is told when something waits for a person; try it: marrow notify test.',
          '[notify]',
          key(notice.key, notice.value),
        ]),
    ...agentBlocks(answers, place),
    '',
  ].join('\n')
}

/** An existing configuration with the agents of one more project at its end. Everything in it stays as it is. */
export function extendedConfig(before: string, answers: Answers, place: Place): string {
  const { notice, limit } = answers
  const lines = [
    // Before the agents: what follows their heads would be theirs.
    ...(notice === undefined ? [] : ['', '[notify]', key(notice.key, notice.value)]),
    ...agentBlocks(answers, place, limit && shareOf(limit, agentNames(place).length)),
  ]
  return `${before.trimEnd()}\n${lines.join('\n')}\n`
}

/** Together they keep to what was answered. */
function shareOf({ key: name, value }: NonNullable<DailyLimit>, count: number): DailyLimit {
  const unit = name === 'usd_per_day' ? 100 : 1
  return { key: name, value: Math.max(1, Math.floor(Math.round(value * unit) / count)) / unit }
}

function agentBlocks(answers: Answers, place: Place, limit?: Answers['limit']): string[] {
  const { full } = place
  const seconds = answers.everyMs / 1_000
  const one = {
    role: 'conductor',
    about: ['Works on what is queued, and looks after its folder when nothing is.'],
    interval: seconds,
    timeout: 3_600,
    wakeOn: ['handoff', 'tasks'],
  }
  const kinds = full ? starterAgents.map((kind) => ({ ...kind, role: kind.name })) : [one]
  return agentNames(place).flatMap((name, index) => {
    const { role, about, interval, timeout, wakeOn } = kinds[index] ?? one
    return [
      '',
      ...about.map((line) => `# ${line}`),
      '[[agents]]',
      key('name', name),
      `${key('role', role)} # what it owns and whom it may call: marrow role show ${role}`,
      key('workspace', place.workspace),
      key('work_dir', answers.workDir),
      key('agent_command', answers.command.words),
      `heartbeat_interval = ${interval} # seconds from slot to slot`,
      `heartbeat_timeout = ${timeout} # seconds that a run may take; then it is ended`,
      'gate = "changed" # a slot with nothing new and no open work starts no run and costs nothing',
      'max_quiet = "24h" # after so long without a run, one is started anyway',
      ...(wakeOn === undefined ? [] : [`${key('wake_on', wakeOn)} # this one is woken by a new task too`]),
      ...ownKeys(answers, limit),
    ]
  })
}

/** What an agent is given of the operator's, and how much it may spend. */
function ownKeys({ command, login, push, free }: Answers, limit: Answers['limit']): string[] {
  const by = login?.state === 'in' ? login.by : undefined
  const pass = [...(by === undefined ? [] : [by]), ...push.pass]
  const set = { ...command.env, ...push.set }
  return [
    ...(pass.length === 0 ? [] : [key('env.pass', pass)]),
    ...Object.entries(set).map(([name, value]) => key(`env.set.${name}`, value)),
    ...(push.secrets.length === 0 ? [] : [key('isolation.secrets', push.secrets)]),
    ...(free === 'without a wall'
      ? ['isolation.bypass_without_isolation = true # nothing keeps it from the rest of this machine']
      : []),
    ...(limit === undefined ? [] : [key(`limits.${limit.key}`, limit.value)]),
  ]
}
