/** Opens the conversation of a run that has ended in the screen of its agent CLI: in the same folder, behind the same wall. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { adapterFor } from '../../agents/adapters.ts'
import { fillPlaceholders } from '../../agents/placeholders.ts'
import { MarrowError } from '../../base/errors.ts'
import type { AgentConfig, Config } from '../../config/config.ts'
import { wrapCommand, type Command } from '../../isolation/wrap.ts'
import type { RunDetail } from '../../ipc/protocol/runs.ts'
import { systemClock } from '../../platform/clock.ts'
import { remove } from '../../platform/files.ts'
import { silentLog } from '../../platform/log.ts'
import { realPath, temporaryFolder } from '../../platform/paths.ts'
import { adaptedWords, makeKept, viewOf } from '../around.ts'
import { childEntry } from '../delegation/entry.ts'
import { environmentOf } from '../environment.ts'
import { fenceIn } from '../fences.ts'
import { configAt, installedProgram } from '../here.ts'
import { carryLogin, loginOf, type LoginGround } from '../logins.ts'
import { nameOfRole } from '../role-route.ts'
import { rolesFor } from '../roles.ts'
import { standingIn, type Ground } from '../standing.ts'
import { wallOf } from '../steps/wall.ts'

/** A conversation that can be opened. */
export interface Opening {
  /** Of its CLI alone, without the wall around it. */
  readonly words: readonly string[]
  readonly agent: AgentConfig
  readonly config: Config
  readonly run: RunDetail
}

/** Works out how it is opened, and opens nothing. Throws NOT_FOUND or BAD_REQUEST with the reason why it cannot be. */
export async function openingOf(configPath: string, run: RunDetail): Promise<Opening> {
  const config = await configAt(configPath)
  const accountable = config.agents.find(({ name }) => name === run.agent)
  if (run.state !== 'ended')
    throw refused(run, 'it still goes on, and two would write to one conversation', {
      fix: `Wait for its end, or end it with: marrow cancel ${run.id}`,
    })
  if (run.cli_session === null)
    throw refused(run, 'its agent CLI told no id of it', { fix: `See what it said: marrow logs ${run.id}` })
  if (accountable === undefined) throw refused(run, `${run.agent} is no longer in the configuration`)
  const { agent, role } = await entryOf(accountable, config, run)
  if (agent.adapter !== run.adapter)
    throw refused(run, `${agent.name} works with ${agent.adapter} by now, and not with ${run.adapter}`)
  const { workspace, workDir } = agent
  const places = { workspace, workDir, agent: agent.name, runId: run.id, role }
  // What stands for a prompt stays as it is: there is none.
  const prompts = { prompt: '{prompt}', promptFile: '{prompt_file}' }
  const { words } = fillPlaceholders(agent.command, { ...places, ...prompts })
  const reopened = adapterFor(agent.adapter).reopen(words, run.cli_session)
  if (reopened.kind === 'refused') throw refused(run, reopened.reason)
  const adapted = run.isolated_by === null ? reopened.words : adaptedWords(agent, reopened.words)
  return { words: adapted, agent, config, run }
}

/** The entry by which such a run would be started now, and the name of its role there. */
async function entryOf(
  agent: AgentConfig,
  config: Config,
  run: RunDetail,
): Promise<{ readonly agent: AgentConfig; readonly role: string }> {
  if (run.role === null) return { agent, role: '' }
  const roles = await rolesFor(agent, config)
  const role = roles.catalogue.roles.get(run.role)
  const isOwn = run.lineage.length === 0
  if (role === undefined && isOwn) return { agent, role: run.role }
  if (role === undefined) throw refused(run, `its role ${run.role} is gone or has a mistake by now`)
  const { timeoutMs } = config.delegation
  const entry = isOwn ? agent : childEntry(agent, config, { role, roles, timeoutMs })
  return { agent: entry, role: nameOfRole({ agent: entry, roles }, role.id) ?? role.name }
}

/** Opens it in the terminal of this process and waits for its end. Returns the exit code, as a shell would tell it. */
export async function openConversation(opening: Opening): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const command = opening.run.isolated_by === null ? bare(opening) : await walled(opening, stack)
  const [program = '', ...words] = command.words
  const child = spawn(program, words, { cwd: command.cwd, env: { ...command.env }, stdio: 'inherit' })
  // Of what is typed the child hears by itself; what is sent to this process is passed on.
  const heard = ['SIGINT', 'SIGQUIT'] as const
  const passed = ['SIGTERM', 'SIGHUP'] as const
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of heard) process.on(signal, ignore)
  for (const signal of passed) process.on(signal, pass)
  try {
    const [code, signal]: unknown[] = await once(child, 'exit')
    return typeof code === 'number' ? code : 128 + numberOf(signal)
  } catch (error) {
    throw refused(opening.run, `${opening.words[0]} cannot be started`, { cause: error })
  } finally {
    for (const signal of heard) process.off(signal, ignore)
    for (const signal of passed) process.off(signal, pass)
  }
}

/** The terminal sends it to the child as well, whose business it is. */
function ignore(): void {}

/** As the run was started: with the user and the environment of its agent, and nothing around it. */
function bare({ words, agent, config, run }: Opening): Command {
  const open: AgentConfig = { ...agent, isolation: { ...agent.isolation, mode: 'off' } }
  const ground = {
    config,
    program: installedProgram(),
    env: process.env,
    wall: { state: 'untested' } as const,
  }
  const env = environmentIn(ground, open, run)
  const fence = fenceIn(ground, open, { words: open.command, env, temporary: '' })
  return wrapCommand({ words, cwd: run.work_dir, env }, fence)
}

/** As the run had it, without what stands for the run itself. */
function environmentIn(
  ground: Pick<Ground, 'program' | 'env'>,
  agent: AgentConfig,
  { role }: RunDetail,
): Record<string, string> {
  return environmentOf(agent, { ...ground, role: role ?? undefined, run: undefined, notes: undefined })
}

const CARRY_EVERY_MS = 2_000 // It may renew its login at any time; looking costs two system calls.

/** Its login is carried as long as it is open, its conversations lie where those of the runs do. */
async function walled({ words, agent, config, run }: Opening, stack: AsyncDisposableStack): Promise<Command> {
  const ground = await groundFor(config, agent)
  const standing = standingIn(ground, agent)
  if (standing.kind !== 'walled' || standing.wall.kind !== run.isolated_by)
    throw refused(run, `the run was behind ${run.isolated_by}, which does not hold ${agent.name} now`, {
      fix: 'See why with: marrow isolation show',
    })
  if (standing.wall.kind === 'bubblewrap' && standing.wall.filter === undefined)
    throw refused(
      run,
      'on this processor nothing keeps what is behind the wall from typing into your terminal',
    )
  if (run.work_dir !== agent.workDir)
    throw refused(run, `${agent.name} works in ${agent.workDir} by now, and its wall hides ${run.work_dir}`)
  const env = environmentIn(ground, agent, run)
  const view = viewOf(ground, agent, env)
  makeKept(ground, agent, env['HOME'] ?? '/', view)
  if (standing.wall.kind === 'bubblewrap') keepCarrying(ground, agent, stack)
  const temporary = standing.wall.kind === 'bubblewrap' ? '' : temporaryFor(stack)
  const whole = { ...env, ...view.env }
  const logins = loginOf(ground, agent)?.files.map(({ own }) => own) ?? []
  const start = { words: agent.command, env: whole, cli: view.cli, terminal: true, temporary, logins }
  return wrapCommand({ words, cwd: run.work_dir, env: whole }, fenceIn(ground, agent, start))
}

async function groundFor(config: Config, agent: AgentConfig): Promise<Ground> {
  const [program, env] = [installedProgram(), process.env]
  return { config, program, env, wall: await wallOf({ agents: [agent], program, env }) }
}

function keepCarrying(ground: Ground, agent: AgentConfig, stack: AsyncDisposableStack): void {
  // The terminal is the conversation's: a login that cannot be shared shows itself there.
  const life = { logins: new Map(), loginProblems: new Map() }
  const carrying: LoginGround = { ...ground, clock: systemClock, log: silentLog, life }
  const carry = () => carryLogin(carrying, agent)
  carry()
  stack.defer(carry)
  const timer = setInterval(carry, CARRY_EVERY_MS)
  stack.defer(() => clearInterval(timer))
}

function temporaryFor(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(temporaryFolder(), 'marrow-open-'))
  stack.defer(() => remove(folder))
  return realPath(folder)
}

function numberOf(signal: unknown): number {
  return Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0
}

function refused(
  { id }: RunDetail,
  reason: string,
  options: { fix?: string; cause?: unknown } = {},
): MarrowError {
  return new MarrowError('BAD_REQUEST', `Cannot open the conversation of ${id}: ${reason}.`, options)
}
