/** Owns whole daemons for tests, in this process: a real store, real files and real agents, with a clock of choice. */
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { changeStampOf } from '../../src/platform/files.ts'
import { silentLog } from '../../src/platform/log.ts'
import { systemProcesses } from '../../src/platform/processes.ts'
import { readConfig } from '../../src/config/load.ts'
import { formatProblem } from '../../src/base/errors.ts'
import { installedProgram } from '../../src/daemon/here.ts'
import type { Program } from '../../src/daemon/core.ts'
import { startDaemon, type RunningDaemon } from '../../src/daemon/start.ts'
import type { EventView } from '../../src/ipc/protocol/status.ts'
import type { RunView } from '../../src/ipc/protocol/runs.ts'
import { eventually } from './eventually.ts'
import { FakeClock } from './fake-clock.ts'
import { test as base } from './temp-dir.ts'

/** A folder with everything of one configuration, and the daemons that were started on it. */
export interface Home {
  readonly dir: string
  readonly workspace: string
  readonly stateDir: string
  readonly configPath: string
  /** Writes marrow.toml: one entry per agent, values as TOML text, plus what stands above them. */
  write(agents: Record<string, Record<string, string>>, top?: string): Promise<void>
  /** Starts a daemon on it; it is stopped when the test ends, with everything that it runs. */
  start(options?: {
    clock?: Clock
    scheduled?: boolean
    ipc?: boolean
    /** Instead of parts of the installed program. */
    program?: Partial<Program>
    env?: Readonly<Record<string, string | undefined>>
    /** What happens after the configuration was read, and before the daemon watches it. */
    meanwhile?: () => Promise<void>
  }): Promise<LiveDaemon>
}

export interface LiveDaemon extends RunningDaemon {
  events(kind?: string): Promise<EventView[]>
  runs(): Promise<RunView[]>
  /** Waits for the daemon's end; a clock that stands still is moved on meanwhile. */
  gone(): Promise<void>
  /** Waits until that many runs have ended, and returns them, oldest first. */
  ended(count: number): Promise<RunView[]>
}

/** Words of an agent that is a line of sh; what the adapter adds comes behind and is ignored. */
export function sh(script: string): string {
  return JSON.stringify(['sh', '-c', script, 'agent'])
}

/** `test` with `home`: an empty configuration folder whose daemons do not outlive the test. */
export const test = base.extend<{ home: Home }>({
  home: async ({ dir }, use) => {
    const home = await makeHome(dir)
    const started: LiveDaemon[] = []
    await use({
      ...home,
      start: async (options) => {
        const daemon = await startOn(home.configPath, options)
        started.push(daemon)
        return daemon
      },
    })
    for (const daemon of started) await endWithRuns(daemon)
  },
})

async function makeHome(dir: string): Promise<Omit<Home, 'start'>> {
  const [workspace, stateDir, conf] = [join(dir, 'ws'), join(dir, 'state'), join(dir, 'conf')]
  const configPath = join(conf, 'marrow.toml')
  await Promise.all([mkdir(workspace), mkdir(conf)])
  const write: Home['write'] = async (agents, top = '') => {
    const entries = Object.entries(agents).map(([name, values]) => {
      const all = { name: `'${name}'`, workspace: `'${workspace}'`, heartbeat_interval: '3600', ...values }
      return ['[[agents]]', ...Object.entries(all).map(([key, value]) => `${key} = ${value}`)].join('\n')
    })
    // Without a wall unless a test is about it: most tests' programs lie where no run behind one would see them.
    const wall = /isolation/.test(top) ? [] : ['isolation.mode = "off"']
    const head = [`state_dir = '${stateDir}'`, 'stop_grace_seconds = 0', ...wall, top].join('\n')
    await writeFile(configPath, [head, ...entries, ''].join('\n\n'))
  }
  return { dir, workspace, stateDir, configPath, write }
}

async function startOn(path: string, options: Parameters<Home['start']>[0] = {}): Promise<LiveDaemon> {
  const configStamp = changeStampOf(path)
  const { config, problems } = await readConfig(path)
  if (!config) throw new Error(problems.map(formatProblem).join('\n'))
  await options.meanwhile?.()
  const daemon = await startDaemon({
    config,
    configStamp,
    program: { ...installedProgram(), ...options.program },
    clock: options.clock ?? systemClock,
    processes: systemProcesses,
    log: silentLog,
    env: options.env ?? process.env,
    random: Math.random,
    ipc: options.ipc ?? false,
    scheduled: options.scheduled ?? true,
  })
  const { clock } = options
  const runs = async () => (await daemon.handlers.runs({ agent: undefined, limit: 1_000 })).runs.toReversed()
  return {
    ...daemon,
    runs,
    gone: async () => {
      let gone = false
      void daemon.done.then(() => (gone = true))
      await eventually(
        'the daemon to leave',
        async () => {
          if (clock instanceof FakeClock) await clock.advance(1_000)
          return gone ? true : undefined
        },
        30_000,
      )
    },
    events: async (kind) =>
      (await daemon.handlers.journal({ limit: 1_000, kind: kind === undefined ? undefined : [kind] })).events,
    ended: (count) =>
      eventually(`${count} ended runs`, async () => {
        const ended = (await runs()).filter(({ state }) => state === 'ended')
        return ended.length >= count ? ended : undefined
      }),
  }
}

/** Stops with all runs. One that was handed over or stopped by the test has nothing left to do. */
async function endWithRuns(daemon: LiveDaemon): Promise<void> {
  daemon.stop()
  await daemon.gone()
}

/** Whether something stands at the path. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Lets a fake clock run until something is true: agents are real processes and take real time. */
export async function drive(clock: FakeClock, done: () => Promise<boolean>): Promise<void> {
  await eventually('the daemon to get there', async () => {
    await clock.advance(20)
    return (await done()) ? true : undefined
  })
}
