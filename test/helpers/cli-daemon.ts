/** The real, built daemon in the world of a real agent CLI, and the commands of the built CLI that speak to it. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'smol-toml'
import { ask } from '../../src/ipc/client.ts'
import { RunDetail, type RunView } from '../../src/ipc/protocol/runs.ts'
import type { AgentStatus } from '../../src/ipc/protocol/status.ts'
import { eventually } from './eventually.ts'
import type { CliWorld } from './cli-world.ts'
import { marrowProgram } from './spawned-daemon.ts'

const RUN_MS_MAX = 60_000 // A CLI takes seconds to start, on a machine that does other things meanwhile.
const STOP_MS_MAX = 20_000
const ASK = { timeoutMs: 10_000 }
const FRESH_MS = 250 // Many wait at once, and the CLIs need the processor.

/** One `[[agents]]` entry, as far as it differs from the others, and the text of its role. */
export interface CliAgent {
  readonly name: string
  /** Undefined: the core has a role of this name. */
  readonly role?: string
  readonly command: readonly string[]
  readonly keys?: Readonly<Record<string, unknown>>
  /** Laid over what the CLI needs. */
  readonly env?: Readonly<Record<string, string>>
}

export interface CliDaemon extends AsyncDisposable {
  readonly workspace: string
  pid(): number
  /** Writes marrow.toml; a running daemon takes it up by itself. */
  configure(agents: readonly CliAgent[]): void
  /** Starts `marrow run` where it can reach the scripted model, and waits until it answers. */
  start(): Promise<void>
  /** Runs a command of the built CLI to its end and returns what it printed. Throws when it exits with another code than 0. */
  marrow(...words: string[]): Promise<string>
  status(agent: string): Promise<AgentStatus | undefined>
  /** The runs of an agent, oldest first. */
  runs(agent: string): Promise<RunView[]>
  /** Waits for the end of an agent's run number `count`, from 1; what `marrow show` says of it. */
  ended(agent: string, count: number, deadlineMs?: number): Promise<RunDetail>
  /** Sends a signal and waits for the end: an exit code, or the name of a signal. */
  end(signal: NodeJS.Signals): Promise<string>
  /** Lines of its log that tell of a mistake, or that Node wrote itself. */
  complaints(): string[]
}

/**
 * Makes the folders of one configuration inside `dir`; nothing runs yet. `cliEnv` is what the CLI needs, and what the
 * daemon passes on to its runs.
 */
export function openCliDaemon(
  world: CliWorld,
  dir: string,
  cliEnv: Readonly<Record<string, string>>,
): CliDaemon {
  const [conf, stateDir, workspace] = [join(dir, 'conf'), join(dir, 'state'), join(dir, 'ws')]
  const [configPath, logPath, socketPath] = [
    join(conf, 'marrow.toml'),
    join(dir, 'daemon.log'),
    join(stateDir, 'marrow.sock'),
  ]
  for (const folder of ['tasks/queue', 'tasks/done']) mkdirSync(join(workspace, folder), { recursive: true })
  mkdirSync(join(conf, 'roles'), { recursive: true })
  const env = { PATH: process.env['PATH'] ?? '', ...cliEnv }
  const places = { stateDir, workspace, workDir: world.workDir, pass: Object.keys(cliEnv) }
  let daemon: StartedDaemon | undefined
  const marrow = async (...words: string[]) =>
    (await promisify(execFile)(marrowProgram, [...words, '-c', configPath], { env, cwd: dir })).stdout
  const runs = async (agent: string) =>
    (await ask(socketPath, 'runs', { agent, limit: 100 }, ASK)).runs.toReversed()
  let seen = { at: 0, runs: Promise.resolve<RunView[]>([]) }
  const recentRuns = () => {
    if (Date.now() - seen.at > FRESH_MS)
      seen = {
        at: Date.now(),
        runs: ask(socketPath, 'runs', { limit: 100 }, ASK).then((answer) => answer.runs.toReversed()),
      }
    return seen.runs
  }
  const end = async (signal: NodeJS.Signals) => {
    const ended = daemon
    daemon = undefined
    return ended === undefined ? '0' : endProcess(ended, signal)
  }
  return {
    workspace,
    marrow,
    runs,
    end,
    pid: () => daemon?.child.pid ?? 0,
    configure: (agents) => {
      for (const { name, role } of agents) {
        if (role !== undefined) writeFileSync(join(conf, 'roles', `${name}.md`), role)
      }
      writeFileSync(configPath, configOf(agents, places))
    },
    start: async () => {
      daemon = startProcess(
        world.enter([marrowProgram, 'run', '--json-logs', '-c', configPath]),
        env,
        logPath,
      )
      await answering(daemon, socketPath)
    },
    status: async (agent) => (await ask(socketPath, 'status', {}, ASK)).agents[agent],
    ended: async (agent, count, deadlineMs = RUN_MS_MAX) => {
      const find = async () =>
        (await recentRuns()).filter((run) => run.agent === agent && run.state === 'ended')[count - 1]
      const { id } = await eventually(`the end of run ${count} of ${agent}`, find, deadlineMs)
      return RunDetail.parse(JSON.parse(await marrow('show', id, '--json')))
    },
    complaints: () =>
      readFileSync(logPath, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !/^\{"level":[1-4]0,/.test(line)),
    [Symbol.asyncDispose]: async () => {
      await end('SIGTERM')
    },
  }
}

interface Places {
  readonly stateDir: string
  readonly workspace: string
  readonly workDir: string
  readonly pass: readonly string[]
}

/** What `marrow scaffold` writes for a real agent CLI, at the longest interval: only the first slot and wakes start runs. */
function configOf(agents: readonly CliAgent[], { stateDir, workspace, workDir, pass }: Places): string {
  return stringify({
    state_dir: stateDir,
    isolation: { mode: 'required' },
    stop_grace_seconds: 0,
    agents: agents.map(({ name, command, keys, env = {} }) => ({
      name,
      role: name,
      workspace,
      work_dir: workDir,
      agent_command: command,
      heartbeat_interval: 302_400,
      gate: 'changed',
      max_quiet: '24h',
      env: { pass, set: env },
      ...keys,
    })),
  })
}

interface StartedDaemon {
  readonly child: ReturnType<typeof spawn>
  readonly ended: Promise<string>
}

function startProcess(
  [program = '', ...words]: string[],
  env: NodeJS.ProcessEnv,
  logPath: string,
): StartedDaemon {
  const log = openSync(logPath, 'a')
  const child = spawn(program, words, { env, stdio: ['ignore', log, log] })
  closeSync(log)
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code))
  return { child, ended }
}

async function answering({ child }: StartedDaemon, socketPath: string): Promise<void> {
  await eventually(
    'the daemon to answer',
    async () => {
      if (child.exitCode !== null) throw new Error(`The daemon ended with ${child.exitCode}.`)
      const status = await ask(socketPath, 'status', {}, ASK).catch(() => undefined)
      return status?.pid === child.pid || undefined
    },
    RUN_MS_MAX,
  )
}

/** A daemon that does not end when it should is killed, so that nothing of it is left. */
async function endProcess({ child, ended }: StartedDaemon, signal: NodeJS.Signals): Promise<string> {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
  child.kill(signal)
  const how = await ended
  clearTimeout(timer)
  return how
}
