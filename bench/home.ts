/** Owns a configuration of many agents in a temporary folder: its files, its daemon, and when its agents are due. */
import { spawn, type ChildProcess } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../src/ipc/client.ts'
import { systemClock } from '../src/platform/clock.ts'
import { end, plainEnvironment, root } from './checkout.ts'

/** What a configuration is made of. */
export interface HomeOptions {
  readonly agents: readonly string[]
  /** Lines of an agent's entry beyond name, command and workspace; `dir` is the folder of the configuration. */
  readonly agentLines?: (name: string, dir: string) => readonly string[]
  /** What they run; `true` where nothing is said. */
  readonly command?: readonly string[]
  /** Lines above all entries. */
  readonly topLines?: readonly string[]
  /** True: the roles and skills that marrow ships are those of the core. */
  readonly shippedRoles?: boolean
  /** True: the context providers that marrow ships are run in each tick. */
  readonly shippedProviders?: boolean
}

const DEADLINE_MS = 120_000

/** A configuration folder. `await using` removes it and stops its daemon. */
export class Home implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'mwb-'))
  readonly config = join(this.dir, 'conf', 'marrow.toml')
  readonly workspace = join(this.dir, 'ws')
  readonly socket = join(this.dir, 'state', 'marrow.sock')
  readonly agents: readonly string[]
  private readonly log = join(this.dir, 'log')
  private daemon: ChildProcess | undefined

  constructor(options: HomeOptions) {
    const { agents, agentLines = () => [], command: words = ['true'] } = options
    const { shippedProviders = false, shippedRoles = false, topLines = [] } = options
    this.agents = agents
    for (const folder of ['ws', 'state', 'conf']) mkdirSync(join(this.dir, folder))
    // A core of its own: rules as shipped, and the providers only where they are to be measured.
    cpSync(join(root, 'prompts'), join(this.dir, 'core', 'prompts'), { recursive: true })
    for (const part of shippedRoles ? ['roles', 'skills', 'roles.toml'] : [])
      cpSync(join(root, part), join(this.dir, 'core', part), { recursive: true })
    if (shippedProviders)
      cpSync(join(root, 'context.d'), join(this.dir, 'core', 'context.d'), { recursive: true })
    const entries = agents.map((name) => {
      const command = ['[[agents]]', `name = "${name}"`, `agent_command = ${JSON.stringify(words)}`]
      return [...command, `workspace = "${this.workspace}"`, ...agentLines(name, this.dir)].join('\n')
    })
    const top = [
      `state_dir = "${join(this.dir, 'state')}"`,
      `core_dir = "${join(this.dir, 'core')}"`,
      'max_concurrent_runs = 1000',
      'stop_grace_seconds = 0',
      ...topLines,
    ]
    writeFileSync(this.config, `${[top.join('\n'), ...entries].join('\n\n')}\n`)
  }

  /** Starts the built daemon on it, and waits until it answers. */
  async start(): Promise<ChildProcess> {
    const log = openSync(this.log, 'a')
    const words = ['run', '--json-logs', '-c', this.config]
    const daemon = spawn(join(root, 'bin', 'marrow'), words, {
      env: plainEnvironment,
      stdio: ['ignore', 'ignore', log],
    })
    closeSync(log)
    this.daemon = daemon
    await eventually('the daemon to answer', () => this.answers())
    return daemon
  }

  /** Stops the daemon, with all runs. */
  async stop(): Promise<void> {
    const daemon = this.daemon
    this.daemon = undefined
    if (daemon) await end(daemon)
  }

  /** Makes every agent known without letting any of them work: a daemon that is paused from its first moment on. */
  async introduce(): Promise<void> {
    const pause = join(this.dir, 'state', 'PAUSED')
    writeFileSync(pause, '')
    await this.start()
    await eventually(
      'rows of all agents',
      () => this.count('select count(*) as n from agents') === this.agents.length,
    )
    await this.stop()
    rmSync(pause)
  }

  /**
   * Sets when each agent is due, as its row says it; for agents that are known, and while no daemon runs. Slots are at
   * least a minute apart: waiting for them would make a benchmark of many rounds take hours.
   */
  place(dueAt: (name: string, index: number) => number): void {
    const now = systemClock.now()
    const store = this.open(false)
    const move = store.prepare('update agents set due_wall = ?, due_mono = ?, due_boot = ? where name = ?')
    store.exec('begin')
    for (const [index, name] of this.agents.entries()) {
      const at = Math.round(dueAt(name, index))
      move.run(at, now.mono + at - now.wall, now.boot, name)
    }
    store.exec('commit')
    store.close()
  }

  /** Lets every agent work once, and stops. */
  async workOnce(): Promise<void> {
    await this.start()
    await this.ended(this.agents.length)
    await this.stop()
  }

  /** Asks the daemon to make an agent due now. */
  async wake(agent: string): Promise<void> {
    await ask(this.socket, 'wake', { agent }, { timeoutMs: DEADLINE_MS })
  }

  /** Holds everything that starts work: what is asked of the daemon from then on is all that it does. */
  async pause(): Promise<void> {
    await ask(this.socket, 'pause', {}, { timeoutMs: DEADLINE_MS })
  }

  /** Waits until that many runs have ended since the home was made. Reads the file: the daemon is left alone. */
  async ended(count: number): Promise<void> {
    const sql = "select count(*) as n from events where kind = 'run.ended'"
    await eventually(`${count} ended runs`, () => this.count(sql) >= count)
  }

  /** One number of the payload of all events of one kind, oldest first. */
  figures(kind: string, key: string): { readonly agent: string; readonly value: number }[] {
    const store = this.open(true)
    const sql = 'select agent, json_extract(data, ?) as value from events where kind = ? order by id'
    const rows = store.prepare(sql).all(`$.${key}`, kind)
    store.close()
    return rows.map((row) => ({ agent: String(row['agent']), value: Number(row['value']) }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }

  private async answers(): Promise<boolean> {
    if (this.daemon?.exitCode) throw new Error(`The daemon ended: ${readFileSync(this.log, 'utf8')}`)
    return ask(this.socket, 'status', {}, { timeoutMs: DEADLINE_MS }).then(
      () => true,
      () => false,
    )
  }

  private count(sql: string): number {
    const store = this.open(true)
    const row = store.prepare(sql).get()
    store.close()
    return Number(row?.['n'])
  }

  private open(readOnly: boolean): DatabaseSync {
    return new DatabaseSync(join(this.dir, 'state', 'marrow.db'), { readOnly, timeout: 10_000 })
  }
}

/** Names of as many agents. */
export function named(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `agent-${index + 1}`)
}

/** Looks now and then until it is so. Throws after two minutes. */
export async function eventually(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  while (performance.now() < deadline) {
    if (await probe()) return
    await sleep(200)
  }
  throw new Error(`Gave up waiting for ${what}.`)
}
