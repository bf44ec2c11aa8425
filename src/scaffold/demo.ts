/** Owns what the demo is made of: its folders, its configuration, and what it says at the end. */
import { join } from 'node:path'
import { quote } from 'shlex'
import { parse, stringify } from 'smol-toml'
import type { Step } from './plan.ts'
import { ownFile, ownFolder, planWorkspace } from './plan.ts'

/** Everything of one demo lies below one folder, and nothing of it anywhere else. */
export interface DemoPlaces {
  readonly folder: string
  readonly config: string
  readonly state: string
  /** Shared by scout and conductor. */
  readonly workspace: string
  /** Refit's own, in which nothing happens: that is what makes its ticks quiet. */
  readonly quietWorkspace: string
  /** What the daemon says. */
  readonly log: string
}

/** Where things are in a demo folder. The configuration has a folder of its own, because agents write in the others. */
export function demoPlaces(folder: string): DemoPlaces {
  return {
    folder,
    config: join(folder, 'config', 'marrow.toml'),
    state: join(folder, 'state'),
    workspace: join(folder, 'team'),
    quietWorkspace: join(folder, 'refit'),
    log: join(folder, 'daemon.log'),
  }
}

/** The longest path below a demo folder that the system limits: the daemon's socket. */
export function demoSocket(folder: string): string {
  return join(demoPlaces(folder).state, 'marrow.sock')
}

/** The task that the demo adds. */
export const demoTask = {
  title: 'Write a line about the weather',
  body: 'One line is enough.\n',
} as const

const HEADLINE =
  "# The demo's configuration: three simulated agents that cost nothing. Removed with its folder."

const QUIET_AFTER_MS = 17_000 // When the story of the task is over, and soon enough to be watched.

/** All that is written before the daemon starts, at `now` (epoch ms). `root` is the folder of the installed program. */
export function planDemo(places: DemoPlaces, root: string, now: number): Step[] {
  return [
    ...planWorkspace(places.workspace),
    ...planWorkspace(places.quietWorkspace),
    ownFolder(join(places.folder, 'config')),
    ownFile(places.config, demoConfig(places, root, now)),
  ]
}

/** The demo's `marrow.toml`: three simulated agents, one of which has a slot soon after `now` (epoch ms). */
export function demoConfig(places: DemoPlaces, root: string, now: number): string {
  const agent = (name: string, workspace: string, words: readonly string[]) => ({
    name,
    role: name,
    workspace,
    agent_command: [join(root, 'bin', 'marrow'), 'sim', 'agent', ...words],
    prompt_via: 'stdin', // Or the whole prompt would stand in every list of processes.
    heartbeat_timeout: 60,
    gate: 'changed',
    max_quiet: '24h',
  })
  const conductorWords = ['--work', '2s', '--take-handoffs', '--complete-tasks', '--usage', 'in=1200,out=150']
  const toScout = ['--handoff-after-task', 'scout:A task is done. Please have a look.']
  const { workspace, quietWorkspace } = places
  const text = stringify({
    core_dir: root,
    state_dir: places.state,
    stop_grace_seconds: 0, // Nothing that a simulated agent does is worth waiting for.
    agents: [
      {
        ...agent('scout', workspace, ['--work', '1s', '--take-handoffs', '--usage', 'in=800,out=60']),
        heartbeat_interval: 300,
      },
      {
        ...agent('conductor', workspace, [...conductorWords, ...toScout]),
        heartbeat_interval: 7_200,
        wake_on: ['handoff', 'tasks'],
      },
      // A second of the minute: an interval would make the first quiet tick wait for a whole one.
      {
        ...agent('refit', quietWorkspace, ['--work', '1s', '--usage', 'in=800,out=60']),
        schedule: `${Math.floor((now + QUIET_AFTER_MS) / 1_000) % 60} * * * * *`,
      },
    ],
  })
  return `${HEADLINE}\n${text}`
}

/** The name of a folder that the demo makes for itself among the temporary files. */
export const demoName = /^marrow-demo-[A-Za-z0-9]{6}$/

/** Whether a `marrow.toml` is one that the demo wrote for this very folder: nothing in it leads anywhere else. */
export function isDemoConfig(text: string, { state, workspace, quietWorkspace }: DemoPlaces): boolean {
  if (!text.startsWith(`${HEADLINE}\n`)) return false
  try {
    const { state_dir, agents } = parse(text)
    const used = Array.isArray(agents) ? agents.map(workspaceOf) : []
    return state_dir === state && used.join('\n') === [workspace, workspace, quietWorkspace].join('\n')
  } catch {
    return false // Only half of it was written, or somebody else did.
  }
}

function workspaceOf(agent: unknown): string {
  const isTable = typeof agent === 'object' && agent !== null && 'workspace' in agent
  return isTable ? String(agent.workspace) : ''
}

/** A command to try next, ready to be pasted into any shell. */
export interface NextCommand {
  readonly about: string
  readonly command: string
}

/** What to do next, while the demo goes on. `userBin`: whether `~/.local/bin` is on PATH already. */
export function nextCommands(places: DemoPlaces, root: string, userBin: boolean): NextCommand[] {
  const marrow = quote(join(root, 'bin', 'marrow'))
  const config = `-c ${quote(places.config)}`
  const link = `mkdir -p ~/.local/bin && ln -sf ${marrow} ~/.local/bin/marrow`
  return [
    { about: 'what everyone does, or why not', command: `${marrow} status ${config}` },
    { about: 'more work', command: `${marrow} task add "Write another line" ${config}` },
    { about: 'what an agent would be sent, and why', command: `${marrow} dry-run conductor ${config}` },
    { about: 'what it printed', command: `${marrow} logs conductor ${config}` },
    { about: 'your first real agent, in the repository that it is to look after', command: `${marrow} init` },
    userBin
      ? { about: 'marrow on PATH', command: link }
      : {
          about: 'marrow on PATH (for every new shell: the last part into your ~/.profile)',
          command: `${link} && export PATH=~/.local/bin:"$PATH"`,
        },
  ]
}
