/** Owns agents whose runs hand work on: what a run does is said for its role, and a test asks at their door in its name. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ask, type AskOptions } from '../../src/ipc/client.ts'
import { MarrowError } from '../../src/base/errors.ts'
import type { RunVerb } from '../../src/cli/run-door.ts'
import type { TreeRun } from '../../src/ipc/protocol/runs.ts'
import type { RequestOf, ResultOf } from '../../src/ipc/protocol/table.ts'
import { eventually } from './eventually.ts'
import { writeRoles, type RoleText } from './role-layer.ts'
import {
  marrowProgram,
  sh,
  type ProgramEnd,
  type Site,
  type SpawnedDaemon,
  type Values,
} from './spawned-daemon.ts'

/** What differs from one agent `chief` of the role `l1/chief`, among a chief, a lead and a hand. */
export interface TeamOptions {
  readonly top?: Values
  readonly agents?: readonly string[]
  /** Values of each agent's entry. */
  readonly entry?: Values
  readonly roles?: Readonly<Record<string, RoleText>>
}

/**
 * Agents whose runs do what is said for their role. There `marrow` is the built program, `hold NAME` waits for the file of
 * that name in the workspace, and `note NAME` keeps stdin under that name. The prompt comes on stdin.
 */
export async function team(
  site: Site,
  does: Readonly<Record<string, string>>,
  { top = {}, agents = ['chief'], entry = {}, roles }: TeamOptions = {},
): Promise<void> {
  const cases = Object.entries(does).map(([role, script]) => `${role}) ${script} ;;`)
  const words = [
    `marrow() { '${marrowProgram}' "$@"; }`,
    'hold() { while [ ! -e "$MARROW_WORKSPACE/$1" ]; do sleep 0.05; done; }',
    // Whole at once: whoever reads it finds nothing or all of it.
    'note() { cat > "$MARROW_WORKSPACE/.$1.new"; mv "$MARROW_WORKSPACE/.$1.new" "$MARROW_WORKSPACE/$1"; }',
    `case "$MARROW_ROLE" in ${cases.join(' ')} esac`,
  ]
  const values = {
    agent_command: sh(words.join('; ')),
    prompt_via: "'stdin'",
    role: "'l1/chief'",
    heartbeat_interval: '86400',
  }
  await site.write(Object.fromEntries(agents.map((name) => [name, { ...values, ...entry }])), top)
  await writeRoles(dirname(site.configPath), roles)
}

/** Lets everybody go on who holds for it. */
export function letGo(site: Site, name: string): Promise<void> {
  return writeFile(join(site.workspace, name), '')
}

/** What a run noted, once it has. */
export function noted(site: Site, name: string): Promise<string> {
  return eventually(
    `the note ${name}`,
    () => readFile(join(site.workspace, name), 'utf8').catch(() => undefined),
    30_000,
  )
}

/** A run as the door of the agents knows it: by its token. */
export interface Asker {
  readonly run: string
  readonly token: string
  ask<V extends RunVerb>(verb: V, params: RequestOf<V>, options?: Partial<AskOptions>): Promise<ResultOf<V>>
  /** A command of the built program, called as the run would. */
  marrow(words: readonly string[], input?: string | Buffer): Promise<ProgramEnd>
}

/** The socket of the agents' door. */
export function doorOf({ stateDir }: Pick<Site, 'stateDir'>): string {
  return join(stateDir, 'door', 'agent.sock')
}

/** Asks as the run, whose token has to be there still. */
export async function askerOf(site: Pick<Site, 'dir' | 'stateDir'>, run: string): Promise<Asker> {
  const tokenFile = join(site.stateDir, 'runs', run, 'token')
  const token = (await readFile(tokenFile, 'utf8')).trim()
  const env = { ...process.env, MARROW_SOCKET: doorOf(site), MARROW_TOKEN_FILE: tokenFile, MARROW_RUN: run }
  return {
    run,
    token,
    ask: (verb, params, options) => ask(doorOf(site), verb, params, { timeoutMs: 60_000, token, ...options }),
    marrow: (words, input) =>
      new Promise((resolve) => {
        const child = execFile(marrowProgram, [...words], { env, cwd: site.dir }, (_, out, err) =>
          resolve({ code: child.exitCode ?? -1, out, err }),
        )
        child.stdin?.on('error', () => {}) // A command that refuses before it reads.
        child.stdin?.end(input)
      }),
  }
}

/** Waits for a run in that role that has been launched. */
export function runIn(
  daemon: Pick<SpawnedDaemon, 'ask'>,
  role: string,
  isIt: (run: TreeRun) => boolean = () => true,
): Promise<TreeRun> {
  return eventually(
    `a run in ${role}`,
    async () => (await tree(daemon)).find((run) => run.role === role && run.state === 'running' && isIt(run)),
    30_000,
  )
}

/** All runs that hang together with others. */
export async function tree(daemon: Pick<SpawnedDaemon, 'ask'>): Promise<TreeRun[]> {
  return (await daemon.ask('runsTree', { limit: 100 })).runs
}

/** The run of an agent's tick, once it goes on. */
export function tickRun(daemon: SpawnedDaemon, agent = 'chief'): Promise<string> {
  return eventually(
    `the run of ${agent}`,
    async () => {
      const { runs } = await daemon.ask('runs', { agent, limit: 100 })
      return runs.findLast(({ state }) => state === 'running')?.id
    },
    30_000,
  )
}

/** How many runs go on, of ticks and below them. */
export async function openRuns(daemon: Pick<SpawnedDaemon, 'ask'>): Promise<number> {
  const { runs_open: own, children_open: children } = await daemon.ask('status', {})
  return own + children
}

/** Waits until nothing goes on any more, and returns how everything ended. */
export async function allEnded(daemon: SpawnedDaemon): Promise<TreeRun[]> {
  await eventually('the end of all', async () => (await openRuns(daemon)) === 0 || undefined, 30_000)
  return tree(daemon)
}

/** With what code and in which words something was refused. */
export async function refusal(asking: Promise<unknown>): Promise<string> {
  try {
    return `allowed: ${JSON.stringify(await asking)}`
  } catch (error) {
    if (error instanceof MarrowError) return `${error.code}: ${error.message}`
    throw error
  }
}
