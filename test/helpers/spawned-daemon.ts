/**
 * Owns daemons as processes of their own, started through the built CLI (`bin/marrow run`), for what only a process can suffer:
 * kill -9, signals, a second one beside it. Nothing of them is left after the test, and an error in a log that the
 * test did not expect fails it.
 */
import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ask } from '../../src/ipc/client.ts'
import type { RequestOf, ResultOf, VerbOf } from '../../src/ipc/protocol/table.ts'
import { systemProcesses, type ProcessRow } from '../../src/platform/processes.ts'
import type { Row } from '../../src/platform/sqlite.ts'
import { eventually } from './eventually.ts'
import { test as inDir } from './temp-dir.ts'

/** The committed launcher of the program; it needs a build. */
export const marrowProgram = join(import.meta.dirname, '..', '..', 'bin', 'marrow')

/** Many rounds instead of a few: `scripts/test-long`. */
export const isLong = process.env['MARROW_TEST_LONG'] === '1'

const START_MS_MAX = 60_000 // Node and all imports on a machine that does other things meanwhile.

/** A folder with everything of one configuration, and the daemons that are started on it one after the other. */
export interface Site {
  readonly dir: string
  readonly workspace: string
  readonly stateDir: string
  readonly configPath: string
  /** Writes marrow.toml: one entry per agent, values as TOML text, and what stands above them. */
  write(agents: Readonly<Record<string, Values>>, top?: Values): Promise<void>
  /** Starts a daemon without waiting for anything. */
  spawn(): SpawnedDaemon
  /** Waits until a daemon answers; throws when it ends before. */
  answering(daemon: SpawnedDaemon): Promise<void>
  /** Starts a daemon and waits until it answers. */
  start(): Promise<SpawnedDaemon>
  /** Runs a command of the built program on this configuration, to its end. */
  marrow(...words: string[]): Promise<ProgramEnd>
  /** Rows of the store, whether a daemon runs or not. */
  rows(sql: string): Row[]
  /** Changes the store while no daemon runs, into a state in which one could have died. */
  alter(sql: string): void
  /** Every living process that belongs to this site but its daemons: what has its folder in its words or environment. */
  processes(): ProcessRow[]
  /** Lines that the daemons of this test wrote so far. */
  log(): LogLine[]
  /** Errors whose line matches are part of the test. */
  expectErrors(pattern: RegExp): void
  /** Called at the end, when no process of the site is left and its folder still is. */
  defer(close: () => void): void
}

/** Values of a part of marrow.toml, written as TOML. */
export type Values = Readonly<Record<string, string>>

export interface ProgramEnd {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** One line of a daemon's log. A line that is no JSON is an error: it is what Node says when the program breaks. */
export interface LogLine {
  readonly isError: boolean
  readonly text: string
}

/** A daemon in a process of its own. */
export interface SpawnedDaemon {
  readonly pid: number
  /** How its process ended: an exit code, or the name of a signal. */
  readonly ended: Promise<number | string>
  ask<V extends VerbOf<'json'>>(verb: V, params: RequestOf<V>): Promise<ResultOf<V>>
  signal(signal: NodeJS.Signals): void
  /** Ends it as a crash would; resolves when its process is gone. */
  kill(): Promise<void>
}

/** Words of an agent that is a line of sh; what the adapter adds comes behind and is ignored. */
export function sh(script: string): string {
  return JSON.stringify(['sh', '-c', script, 'agent'])
}

/** `test` with `site`: an empty configuration folder whose daemons and agents do not outlive the test. */
export const test = inDir.extend<{ site: Site }>({
  site: async ({ dir, onTestFailed }, use) => {
    const daemons: SpawnedDaemon[] = []
    const expected: RegExp[] = []
    using deferred = new DisposableStack()
    const site = await makeSite(dir, { daemons, expected, deferred })
    let said: LogLine[] = []
    onTestFailed(() => void process.stdout.write(`${lastLines(said)}\n`)) // It is what explains the failure.
    try {
      await use(site)
    } finally {
      await endEverything(site, daemons)
      said = site.log()
    }
    const unexpected = said.filter(
      ({ isError, text }) => isError && !expected.some((pattern) => pattern.test(text)),
    )
    if (unexpected.length > 0) throw new Error(`Nobody expected this in the log:\n${lastLines(unexpected)}`)
  },
})

/** What a site gathers while its test runs. */
interface Gathered {
  readonly daemons: SpawnedDaemon[]
  readonly expected: RegExp[]
  readonly deferred: DisposableStack
}

async function makeSite(dir: string, { daemons, expected, deferred }: Gathered): Promise<Site> {
  const [workspace, stateDir, conf] = [join(dir, 'ws'), join(dir, 'state'), join(dir, 'conf')]
  const configPath = join(conf, 'marrow.toml')
  const logPath = join(dir, 'daemons.log')
  await Promise.all([workspace, stateDir, conf].map((folder) => mkdir(folder)))
  await writeFile(logPath, '')
  const spawnOne = () => {
    const daemon = spawnDaemon(configPath, join(stateDir, 'marrow.sock'), logPath)
    daemons.push(daemon)
    return daemon
  }
  const site: Site = {
    dir,
    workspace,
    stateDir,
    configPath,
    write: (agents, top = {}) => writeFile(configPath, configOf({ workspace, stateDir }, agents, top)),
    spawn: spawnOne,
    answering,
    start: async () => {
      const daemon = spawnOne()
      await answering(daemon)
      return daemon
    },
    marrow: (...words) => runProgram([...words, '-c', configPath], dir),
    rows: (sql) => withStore(stateDir, (store) => store.prepare(sql).all()),
    alter: (sql) => withStore(stateDir, (store) => store.exec(sql)),
    processes: () => {
      const own = new Set([process.pid, ...daemons.map(({ pid }) => pid)])
      return systemProcesses
        .list()
        .filter((row) => !row.zombie && !own.has(row.pid) && belongsTo(row.pid, dir, workspace))
    },
    log: () => parseLog(readFileSync(logPath, 'utf8')),
    expectErrors: (pattern) => expected.push(pattern),
    defer: (close) => deferred.defer(close),
  }
  return site
}

function configOf(
  place: { readonly workspace: string; readonly stateDir: string },
  agents: Readonly<Record<string, Values>>,
  top: Values,
): string {
  const lines = (values: Values) => Object.entries(values).map(([key, value]) => `${key} = ${value}`)
  const entries = Object.entries(agents).flatMap(([name, values]) => [
    '[[agents]]',
    ...lines({
      name: `'${name}'`,
      workspace: `'${place.workspace}'`,
      heartbeat_interval: '3600',
      ...values,
    }),
  ])
  return [
    ...lines({
      state_dir: `'${place.stateDir}'`,
      stop_grace_seconds: '0',
      'isolation.mode': `'off'`,
      ...top,
    }),
    ...entries,
    '',
  ].join('\n')
}

function spawnDaemon(configPath: string, socketPath: string, logPath: string): SpawnedDaemon {
  const log = openSync(logPath, 'a')
  const child = spawn(marrowProgram, ['run', '--json-logs', '-c', configPath], {
    env: process.env,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const { pid } = child
  if (pid === undefined) throw new Error(`Cannot start ${marrowProgram}.`)
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? -1))
  })
  return {
    pid,
    ended,
    ask: (verb, params) => ask(socketPath, verb, params, { timeoutMs: 30_000 }),
    signal: (signal) => child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function answering(daemon: SpawnedDaemon): Promise<void> {
  let end: number | string | undefined
  void daemon.ended.then((how) => {
    end = how
  })
  await eventually(
    'the daemon to answer',
    async () => {
      if (end !== undefined) throw new Error(`The daemon ended with ${end} before it answered.`)
      const status = await daemon.ask('status', {}).catch(() => undefined)
      return status?.pid === daemon.pid ? true : undefined
    },
    START_MS_MAX,
  )
}

function runProgram(words: string[], cwd: string): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = execFile(marrowProgram, words, { cwd, env: process.env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

function withStore<T>(stateDir: string, use: (store: DatabaseSync) => T): T {
  const store = new DatabaseSync(join(stateDir, 'marrow.db'), { timeout: 10_000 })
  try {
    return use(store)
  } finally {
    store.close()
  }
}

function belongsTo(pid: number, dir: string, workspace: string): boolean {
  const words = systemProcesses.commandLine(pid)
  return words?.includes(dir) === true || systemProcesses.hasEnvironment(pid, `MARROW_WORKSPACE=${workspace}`)
}

function parseLog(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ isError: !/^\{"level":[1-4]0,/.test(line), text: line }))
}

function lastLines(lines: readonly LogLine[]): string {
  return lines
    .slice(-100)
    .map(({ text }) => text)
    .join('\n')
}

async function endEverything(site: Site, daemons: readonly SpawnedDaemon[]): Promise<void> {
  for (const daemon of daemons) await daemon.kill()
  await eventually('the processes of the test to be gone', () => {
    const left = site.processes()
    for (const { pid } of left) systemProcesses.signal(pid, 'SIGKILL')
    return left.length === 0 ? true : undefined
  })
}
