/** Asks the agent CLI of an agent whether it knows the agent that a run would be: with the words, the variables and the wall of one. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AgentsQuestion } from '../../agents/adapter.ts'
import { adapterFor } from '../../agents/adapters.ts'
import { fillPlaceholders } from '../../agents/placeholders.ts'
import type { RoleDelivery } from '../../agents/role.ts'
import { MarrowError } from '../../base/errors.ts'
import { plain } from '../../base/plain.ts'
import type { CliAgentFacts } from '../../checks/observed.ts'
import type { AgentConfig } from '../../config/config.ts'
import { noCliFolders } from '../../isolation/home.ts'
import { wrapCommand } from '../../isolation/wrap.ts'
import { isFolder } from '../../platform/files.ts'
import { JOB_SANDBOX_FD, runCommand } from '../../platform/command.ts'
import { realPath, temporaryFolder } from '../../platform/paths.ts'
import { adaptedWords, viewOf } from '../around.ts'
import { environmentOf } from '../environment.ts'
import { fenceIn } from '../fences.ts'
import { nameOfRole, routeOf, type RoleRoute } from '../role-route.ts'
import { agentRole, type RoleAmongOthers } from '../roles.ts'
import { standingIn, type Ground } from '../standing.ts'

const BYTES_MAX = 4_194_304 // opencode lists every permission of every agent.
const REASON_CHARS_MAX = 200

/** What its runs would be, and whether its CLI knows that; undefined: they are no agent by name. */
export async function cliAgentOf(
  ground: Ground,
  agent: AgentConfig,
  deadlineMs: number,
): Promise<CliAgentFacts | undefined> {
  const question = adapterFor(agent.adapter).agents
  if (question === undefined) return undefined
  const found = await roleOf(agent, ground)
  const { words } = fillPlaceholders(agent.command, placesFor(agent, found))
  const { program, env } = ground
  const about = { role: found?.role.id }
  const own = environmentOf(agent, { program, env, ...about, run: undefined, notes: undefined })
  const route = found && routeFor(ground, agent, { ...found, env: own })
  const named = question.named(words)
  const known = found && nameOfRole({ agent, roles: found.roles }, found.role.id)
  if (named !== undefined && known !== undefined && named.value !== known)
    return { ...about, kind: 'contradicted', written: named.written, known }
  if (route instanceof MarrowError)
    return { ...about, kind: 'refused', reason: route.message, fix: route.fix ?? 'Correct agent_command.' }
  const name = named?.value ?? (route?.via === 'native' ? known : undefined)
  if (name === undefined) return undefined
  const answer = await ask(ground, agent, { question, words, env: own, route, deadlineMs }).catch(silence)
  if (answer === undefined) return undefined
  return { ...about, kind: 'asked', name, native: route?.via === 'native', adapter: agent.adapter, answer }
}

function silence(error: unknown): Answer {
  if (error instanceof MarrowError) return { kind: 'silent', reason: error.message.replace(/\.$/, '') }
  throw error
}

/** What is wrong with a role is said elsewhere. */
async function roleOf(agent: AgentConfig, { config }: Ground): Promise<RoleAmongOthers | undefined> {
  try {
    return await agentRole(agent, config)
  } catch (error) {
    if (error instanceof MarrowError) return undefined
    throw error
  }
}

/** The reason why it cannot have its role, where it may have it in no other way. */
function routeFor(
  { config, program }: Ground,
  agent: AgentConfig,
  found: RoleAmongOthers & { readonly env: Readonly<Record<string, string>> },
): RoleRoute | MarrowError {
  try {
    return routeOf({ ...found, run: 'doctor', agent, ancestors: [], config, program, door: undefined })
  } catch (error) {
    if (error instanceof MarrowError) return error
    throw error
  }
}

function placesFor(
  agent: AgentConfig,
  found: RoleAmongOthers | undefined,
): Parameters<typeof fillPlaceholders>[1] {
  const { name, workspace, workDir } = agent
  const role = found && (nameOfRole({ agent, roles: found.roles }, found.role.id) ?? found.role.name)
  return { prompt: '', promptFile: '', workspace, workDir, agent: name, runId: '', role: role ?? '' }
}

interface Asked {
  readonly question: AgentsQuestion
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly route: RoleRoute | undefined
  readonly deadlineMs: number
}

type Answer = Extract<CliAgentFacts, { kind: 'asked' }>['answer']

/** Undefined where a run would not be started either, for a reason that is a finding of its own. */
async function ask(ground: Ground, agent: AgentConfig, asked: Asked): Promise<Answer | undefined> {
  const standing = standingIn(ground, agent)
  if (standing.kind === 'held' || !isFolder(agent.workDir)) return undefined
  const isWalled = standing.kind === 'walled'
  using stack = new DisposableStack()
  const folder = stack.adopt(newFolder(), (path) => rmSync(path, { recursive: true, force: true }))
  const { cli } = isWalled ? viewOf(ground, agent, asked.env) : { cli: noCliFolders }
  const delivery = deliver(agent, folder, asked)
  if (delivery?.kind === 'refused') return undefined
  const words = asked.question.words(delivery?.words ?? asked.words)
  const env = { ...asked.env, ...delivery?.env }
  const fence = fenceIn(ground, agent, {
    words: agent.command,
    env,
    // It is to remember nothing of this, and needs no login.
    cli: { ...cli, kept: [], login: undefined, links: [] },
    comingFolders: isWalled ? [folder] : [],
    temporary: isWalled && standing.wall.kind === 'seatbelt' ? folder : '',
    infoFd: JOB_SANDBOX_FD,
  })
  const adapted = isWalled ? adaptedWords(agent, words) : words
  const command = wrapCommand({ words: adapted, cwd: agent.workDir, env }, fence)
  const result = await runCommand(command.words, {
    cwd: command.cwd,
    env: command.env,
    stdin: asked.question.stdin,
    deadlineMs: asked.deadlineMs,
    signal: new AbortController().signal,
    maxBytes: BYTES_MAX,
    sandboxed: fence.wall?.by.kind === 'bubblewrap',
  })
  if (result.kind === 'missing') return undefined
  if (result.kind !== 'exited')
    return { kind: 'silent', reason: `no answer within ${asked.deadlineMs / 1_000} s` }
  const names = asked.question.read(result.stdout)
  if (names !== undefined) return { kind: 'known', names }
  const line = `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1) ?? ''
  const said = line === '' ? `exit ${result.exitCode}` : plain(line).slice(0, REASON_CHARS_MAX)
  return { kind: 'silent', reason: said }
}

/** Another user may have to read it, and nothing in it is a secret. */
function newFolder(): string {
  const folder = realPath(mkdtempSync(join(temporaryFolder(), 'marrow-doctor-')))
  chmodSync(folder, 0o755)
  return folder
}

function deliver(agent: AgentConfig, folder: string, { words, env, route }: Asked): RoleDelivery | undefined {
  if (route?.via !== 'native') return undefined
  const delivery = adapterFor(agent.adapter).role?.({ ...route.request, folder, words, env })
  if (delivery?.kind !== 'native') return delivery
  for (const { path, text } of delivery.files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return delivery
}
