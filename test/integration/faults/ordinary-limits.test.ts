/**
 * Limits of runs of an ordinary user, who may make no cgroups: what a namespace and looking hold. Started by root, who can
 * become one; an ordinary user of this machine has the same tests in the other files.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test as base } from 'vitest'
import { systemProcesses } from '../../../src/platform/processes.ts'
import { findSetpriv } from '../../../src/platform/users.ts'
import { eventually } from '../../helpers/eventually.ts'
import { marrowProgram } from '../../helpers/spawned-daemon.ts'

const NOBODY = 65_534
const SLOW_MS = 40_000
const setpriv = findSetpriv() ?? '/usr/bin/setpriv'
const become = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
const canBecome = spawnSync(setpriv, [...become, marrowProgram, '--version']).status === 0
const simulatedAgent = join(import.meta.dirname, '..', '..', 'helpers', 'simulated-agent.ts')

/** One configuration of an ordinary user with one agent. */
interface Ordinary {
  readonly workspace: string
  write(agent: { readonly command: readonly string[]; readonly isolation: string }): void
  /** Starts a daemon on it; `kill` ends it as a crash would. */
  start(): { kill(): Promise<void> }
  /** The outcome on record of the only run, once it has ended. */
  outcome(): Promise<Record<string, unknown>>
  /** Every process that still has a folder of it in its words. */
  left(): string[]
}

/** `test` with `ordinary`; everything of it is gone afterwards. */
const test = base.extend<{ ordinary: Ordinary }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads which fixtures a fixture needs from this pattern.
  ordinary: async ({}, use) => {
    const dir = mkdtempSync('/tmp/mw-') // Not in the folder of all tests, which is closed to others.
    const daemons: { kill(): Promise<void> }[] = []
    try {
      await use(makeOrdinary(dir, daemons))
    } finally {
      for (const daemon of daemons) await daemon.kill()
      await eventually('its processes to be gone', () => {
        const rows = processesIn(dir)
        for (const { pid } of rows) systemProcesses.signal(pid, 'SIGKILL')
        return rows.length === 0 || undefined
      })
      rmSync(dir, { recursive: true, force: true, maxRetries: 20 })
    }
  },
})

function makeOrdinary(dir: string, daemons: { kill(): Promise<void> }[]): Ordinary {
  const [workspace, stateDir, conf] = [join(dir, 'ws'), join(dir, 'state'), join(dir, 'conf')]
  for (const folder of [dir, workspace, conf]) {
    mkdirSync(folder, { recursive: true })
    chownSync(folder, NOBODY, NOBODY)
  }
  const configPath = join(conf, 'marrow.toml')
  return {
    workspace,
    write: ({ command, isolation }) => {
      const values = { name: 'taker', workspace, agent_command: command }
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
      const head = `state_dir = ${JSON.stringify(stateDir)}`
      writeFileSync(
        configPath,
        [head, '[[agents]]', ...lines, 'heartbeat_interval = 3600', `isolation = ${isolation}`, ''].join(
          '\n',
        ),
      )
    },
    start: () => {
      const daemon = startDaemon(dir, configPath)
      daemons.push(daemon)
      return daemon
    },
    outcome: () => eventually('the end of the run', () => readOutcome(join(stateDir, 'marrow.db')), SLOW_MS),
    left: () => processesIn(workspace).map(({ words }) => words),
  }
}

function startDaemon(dir: string, configPath: string): { kill(): Promise<void> } {
  const log = openSync(join(dir, 'log'), 'a')
  const child = spawn(setpriv, [...become, marrowProgram, 'run', '-c', configPath], {
    env: { PATH: process.env['PATH'], HOME: dir },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = once(child, 'exit')
  return {
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function readOutcome(path: string): Record<string, unknown> | undefined {
  if (!existsSync(path)) return undefined
  try {
    using store = new DatabaseSync(path, { timeout: 5_000, readOnly: true })
    const row = store.prepare("select outcome from runs where state = 'ended'").get()
    return row === undefined ? undefined : JSON.parse(String(row['outcome']))
  } catch {
    return undefined // The daemon is still making its tables.
  }
}

/** What has the path in its words or, as long as it has not ended, in its environment. */
function processesIn(path: string): { readonly pid: number; readonly words: string }[] {
  return systemProcesses.list().flatMap(({ pid, zombie }) => {
    const words = systemProcesses.commandLine(pid) ?? ''
    const ours = words.includes(path) || systemProcesses.hasEnvironment(pid, `MARROW_WORKSPACE=${path}`)
    return zombie || !ours ? [] : [{ pid, words }]
  })
}

/** Does nothing until the file `go` is there, then what the line of sh says. */
function onceTold(line: string): string[] {
  const wait = 'touch "$MARROW_WORKSPACE/ready"; until [ -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done'
  return ['sh', '-c', `${wait}; ${line}`]
}

test.runIf(canBecome)(
  'memory is looked at, also by the daemon that took the run over',
  async ({ ordinary, expect }) => {
    const eat = `exec "${process.execPath}" "${simulatedAgent}" --eat 600MB --hang`
    ordinary.write({ command: onceTold(eat), isolation: '{ mode = "off", memory = "192MiB" }' })
    const first = ordinary.start()
    await eventually('the agent', () => existsSync(join(ordinary.workspace, 'ready')) || undefined, SLOW_MS)
    await first.kill()
    writeFileSync(join(ordinary.workspace, 'go'), '')
    ordinary.start()
    expect(await ordinary.outcome()).toEqual({
      kind: 'ended',
      by: 'memory',
      exitCode: 137,
      limit: 192 * 1024 ** 2,
    })
  },
)

const required = (limits: string) => `{ mode = "required", ${limits} }`

test.runIf(canBecome).for<[what: string, command: string[], limits: string, outcome: object]>([
  [
    'a bomb that gives up when a fork is refused',
    ['sh', '-c', 'while :; do sleep 60 & done'],
    'processes = 30',
    { by: 'processes', limit: 30, exitCode: 2 },
  ],
  [
    'one that tries again and stays',
    ['bash', '-c', 'trap "" TERM; while :; do sleep 60 & done'],
    'processes = 30',
    { by: 'processes', limit: 30 },
  ],
  [
    'too large a file, by its signal',
    ['sh', '-c', 'head -c 9000000 /dev/zero >"$MARROW_WORKSPACE/large"'],
    'file_size = "1MiB"',
    { by: 'file-size', limit: 1024 ** 2 },
  ],
  [
    'too much memory',
    ['sh', '-c', '(head -c 300000000 /dev/zero; sleep 60) | tail -n 1'],
    'memory = "64MiB"',
    { by: 'memory', limit: 64 * 1024 ** 2 },
  ],
])('behind the wall: %s', async ([, command, limits, outcome], { ordinary, expect }) => {
  ordinary.write({ command, isolation: required(limits) })
  ordinary.start()
  expect(await ordinary.outcome()).toMatchObject({ kind: 'ended', ...outcome })
  expect(ordinary.left()).toEqual([])
})

test.runIf(canBecome)(
  'behind the wall as many processes as allowed are allowed, whatever else the user runs',
  async ({ ordinary, expect }) => {
    const others = spawn(setpriv, [...become, 'sh', '-c', 'for i in $(seq 40); do sleep 60 & done; wait'], {
      stdio: 'ignore',
      detached: true,
    })
    try {
      const line = 'for i in $(seq 29); do sleep 3 & done; wait'
      ordinary.write({ command: ['sh', '-c', line], isolation: required('processes = 30') })
      ordinary.start()
      expect(await ordinary.outcome()).toEqual({ kind: 'succeeded' })
    } finally {
      process.kill(-(others.pid ?? 0), 'SIGKILL')
    }
  },
)
