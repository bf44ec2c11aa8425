/** Owns the text of the first `marrow.toml`: three agents on one workspace, with comments that explain each choice. */
import { stringify } from 'smol-toml'

/** What differs between two starter configurations. All paths are absolute. */
export interface Starter {
  readonly workspace: string
  readonly stateDir: string
  /** Undefined: the installed program's own root, which is also the default of the key. */
  readonly coreDir: string | undefined
  /** The words of `agent_command`. */
  readonly command: readonly string[]
  /** Those of the one agent that works the queue; a real agent CLI learns from its prompt who it is. */
  readonly queueCommand: readonly string[]
  /** Why runs cannot be isolated on this machine; undefined: they can. */
  readonly noIsolation: string | undefined
}

/**
 * The agent CLIs that a new configuration can begin with, and what stands behind each: as much as an agent needs to work
 * without being asked, and no more. The first that is found is taken.
 */
export const starterClis: Readonly<Record<string, readonly string[]>> = {
  opencode: ['run'],
  claude: ['--permission-mode', 'acceptEdits'],
  // A new workspace is no git repository, which codex would refuse to work in.
  codex: ['exec', '--sandbox', 'workspace-write', '--skip-git-repo-check'],
  gemini: ['--approval-mode', 'auto_edit', '--skip-trust'],
}

/** The text of a new `marrow.toml`. Values go through the TOML writer, so any path comes back as it was. */
export function starterConfig(starter: Starter): string {
  const { workspace, stateDir, coreDir, command, queueCommand } = starter
  const shared = [
    key('workspace', workspace),
    key('context_dirs', [`${workspace === '/' ? '' : workspace}/context.d`]),
  ]
  return [
    ...opening,
    key('state_dir', stateDir),
    '',
    ...(coreDir === undefined
      ? []
      : ['# Where the rules and the shipped context providers are read from.', key('core_dir', coreDir), '']),
    '# At most so many agents run at one time; the others wait in the order in which they became due.',
    'max_concurrent_runs = 3',
    '',
    ...isolationLines(starter),
    '',
    ...limitLines,
    ...starterAgents.flatMap(({ about, name, interval, timeout, wakeOn }) => [
      '',
      ...about.map((line) => `# ${line}`),
      '[[agents]]',
      key('name', name),
      `${key('role', name)} # what it owns and whom it may call: marrow role show ${name}`,
      ...shared,
      key('agent_command', wakeOn === undefined ? command : queueCommand),
      `heartbeat_interval = ${interval} # seconds from slot to slot`,
      `heartbeat_timeout = ${timeout} # seconds that a run may take; then it is ended`,
      'gate = "changed" # a slot with nothing new and no open work starts no run and costs nothing',
      'max_quiet = "24h" # after so long without a run, one is started anyway',
      ...(wakeOn === undefined ? [] : [`${key('wake_on', wakeOn)} # this one is woken by a new task too`]),
    ]),
    '',
  ].join('\n')
}

const limitLines = [
  '# What all agents together may spend on a day. Once it is spent, ticks wait for midnight; marrow status shows where it stands.',
  '[limits]',
  'runs_per_day = 200',
  '# usd_per_day = 5.0 # where the agent CLI tells what a run cost: Claude Code, opencode',
  '# tokens_per_day = 5_000_000 # for every agent CLI',
] as const

/** The part about isolation: required where it was found to work. */
export function isolationLines({ noIsolation }: Pick<Starter, 'noIsolation'>): string[] {
  const shown = '# What a run sees: marrow isolation show AGENT. Try to break out: marrow isolation test.'
  if (noIsolation === undefined)
    return [
      '# Runs are kept from the rest of this machine; where that does not work, none is started.',
      shown,
      '[isolation]',
      'mode = "required"',
    ]
  return [
    `# Runs are not kept from the rest of this machine: ${noIsolation.replaceAll(/\s+/g, ' ')}. Once that is mended, write "required".`,
    shown,
    '[isolation]',
    'mode = "preferred"',
  ]
}

/** Words that stand in for an agent CLI: they answer handoffs and report what it would have cost; one works the queue. */
export function simulatedCommands(marrow: string): Pick<Starter, 'command' | 'queueCommand'> {
  const command = [
    marrow,
    'sim',
    'agent',
    '--work',
    '1s',
    '--take-handoffs',
    '--usage',
    'in=1200,out=150,cost=0',
  ]
  return { command, queueCommand: [...command, '--complete-tasks'] }
}

/** How every configuration begins; `state_dir` comes next. */
export const opening = [
  '# Who works here, when, and inside which limits.',
  '#',
  '#   marrow validate   is this file right?          marrow dry-run   what would be sent, and why?',
  '#   marrow doctor     is this machine ready?       marrow run       start',
  '#',
  '# A running daemon takes up a changed file by itself. Every key: docs/configuration.md.',
  '',
  "# marrow's own memory: runs, journal, socket. Keep it outside every workspace: agents may not write it.",
] as const

/** The three agents of a whole team, at their usual intervals (seconds). */
export const starterAgents = [
  {
    name: 'scout',
    about: ['Looks around every five minutes and does what is small.'],
    interval: 300,
    timeout: 500,
    wakeOn: undefined,
  },
  {
    name: 'conductor',
    about: ['Works the queue: woken by new tasks (tasks/queue) and by handoffs, and every two hours.'],
    interval: 7_200,
    timeout: 7_200,
    wakeOn: ['handoff', 'tasks'],
  },
  {
    name: 'refit',
    about: ['Twice a week (84 hours): looks back and improves scripts, documents and ways of working.'],
    interval: 302_400,
    timeout: 28_800,
    wakeOn: undefined,
  },
] as const

/** One line; dots in the name lead into tables. */
export function key(name: string, value: string | number | boolean | readonly string[]): string {
  const [last = '', ...above] = name.split('.').toReversed()
  return [...above.toReversed(), stringify({ [last]: value }).trimEnd()].join('.')
}
