/**
 * How opencode is given a role for one run. It lays all its settings over each other key by key, and counts the rules of an
 * agent in the order in which their keys were first written: a file of the repository with an agent of this name could widen
 * it, exchange its model or switch it off. So the settings of the project are left out, and the role is among those that
 * are laid over all others.
 */
import { join } from 'node:path'
import { opencodeAgent } from '../../roles/cast/opencode.ts'
import { castSkill } from '../../roles/cast/skills.ts'
import type { LinkedRole } from '../../roles/role.ts'
import { fitsArgument } from '../argument-limit.ts'
import { flagValues, ownWords } from '../flags.ts'
import { asList, asObject, jsonObject } from '../json-object.ts'
import { endOfFlags, environmentAt, programIn } from '../program-place.ts'
import { MCP_SERVER, refused, refusedName, refusedWrapper } from '../role.ts'
import type { RefusedRole, RoleDelivery, RoleRequest } from '../role.ts'
import { narrowed } from './narrow.ts'
import { programPattern } from './program.ts'

const CONTENT = 'OPENCODE_CONFIG_CONTENT'
const NO_PROJECT = 'OPENCODE_DISABLE_PROJECT_CONFIG'
const SKILLS = 'skills'

/** The agents of a run in opencode's own settings, which come in a variable; their prompts in files. */
export function role(request: RoleRequest): RoleDelivery {
  const { words, env, names } = request
  const name = names.get(request.role.id)
  if (name === undefined) return refusedName('opencode', request.role.id)
  const program = programIn(words, programPattern)
  const found = environmentAt(words, program, env)
  if (found === undefined) return refusedWrapper('opencode')
  const obstacle = obstacleIn(request, name, program)
  if (obstacle !== undefined) return obstacle
  const settings = jsonObject(found[CONTENT] || '{}')
  if (settings === undefined)
    return refused(`${CONTENT} of the agent is no JSON object`, `Write it as plain JSON, or ${moveIt}`)
  const content = contentOf(settings, { ...request, env: found }, name)
  if (!fitsArgument(`${CONTENT}=${content}`))
    return refused(`${CONTENT} would be too long with the role in it`, `What the agent has there: ${moveIt}`)
  return {
    kind: 'native',
    words: withAgent(words, program, name),
    env: { [CONTENT]: content, [NO_PROJECT]: '1' },
    files: filesOf(request),
    provesGuard: false, // Its permissions are part of the role, and hold wherever the role does.
  }
}

const moveIt = 'move it to ~/.config/opencode/opencode.json.'

// Agents of opencode's own that do its housekeeping: laid over one of them, a role would do that too.
const reserved: readonly string[] = ['title', 'summary', 'compaction']

function obstacleIn({ words, folder }: RoleRequest, name: string, program: number): RefusedRole | undefined {
  const set = words
    .slice(0, program)
    .find((word) => word.startsWith(`${CONTENT}=`) || word.startsWith(`${NO_PROJECT}=`))
  if (set !== undefined)
    return refused(
      `its command sets ${set.slice(0, set.indexOf('='))} by itself`,
      'Set it in env of the agent instead, where the role is added to it.',
    )
  const other = flagValues(ownWords(words, programPattern), ['--agent']).find(({ value }) => value !== name)
  if (other !== undefined)
    return refused(
      `${other.written} names another agent than its role, which opencode knows as ${name}`,
      `Write --agent ${name}, or leave it out.`,
    )
  if (reserved.includes(name))
    return refused(`opencode has an agent ${name} of its own`, 'Give the role another name.')
  if (!/^[^{}"\\\p{Cc}]+$/u.test(folder))
    return refused(
      `opencode cannot be told of a file in ${folder}`,
      'Choose a state_dir without {, }, " and \\.',
    )
  return undefined
}

/** The run's own role first, then those that it may call. */
function agentsOf({ role: own, callees }: Pick<RoleRequest, 'role' | 'callees'>): readonly LinkedRole[] {
  return [own, ...callees]
}

function filesOf(request: RoleRequest) {
  return [
    ...agentsOf(request).map(({ prompt }, at) => ({ path: promptFile(at), text: prompt })),
    ...request.skills.map((skill) => castSkill(SKILLS, skill)).map(({ path, text }) => ({ path, text })),
  ]
}

function promptFile(at: number): string {
  return `agent-${at + 1}.md`
}

/** What the agent has there already, with the roles in it. */
function contentOf(settings: Record<string, unknown>, request: RoleRequest, name: string): string {
  const { agent: theirs, instructions, mcp, skills, ...rest } = settings
  const whole = {
    ...rest,
    default_agent: name,
    // The guidance of the project is left out with its settings, and is no right.
    instructions: [...asList(instructions), join(request.workDir, 'AGENTS.md')],
    // The last of a name counts, so that a skill of the repository takes none of these.
    skills: {
      ...asObject(skills),
      paths: [...asList(asObject(skills)['paths']), join(request.folder, SKILLS)],
    },
    mcp: { ...asObject(mcp), ...serverOf(request) },
  }
  const agents = [
    ...Object.entries({ ...builtIn, ...asObject(theirs) }).map(([key, value]) =>
      entry(key, JSON.stringify(value)),
    ),
    ...agentsOf(request).flatMap((one, at) => {
      const known = request.names.get(one.id)
      return known === undefined ? [] : [entry(known, agentOf(one, at, request))]
    }),
  ]
  return `${JSON.stringify(whole).slice(0, -1)},"agent":{${agents.join()}}}`
}

// A run that cannot find its agent shall not go on as one that may do everything.
const builtIn = Object.fromEntries(
  ['build', 'plan', 'general', 'explore'].map((name) => [name, { disable: true }] as const),
)

function serverOf({ mcp }: RoleRequest): object {
  return mcp === undefined ? {} : { [MCP_SERVER]: { type: 'local', command: mcp, enabled: true } }
}

/** The JSON of one agent. Every field is said that a file of the operator's could say otherwise. */
function agentOf(one: LinkedRole, at: number, request: RoleRequest): string {
  const { callees, names, settings, folder, mcp, workspace, env } = request
  const isOwn = at === 0
  const delegates = isOwn ? callees.map(({ id }) => id) : []
  const cast = opencodeAgent({ ...one, delegates }, settings, names)
  const permission = {
    ...cast.permission,
    question: 'deny', // Nobody is there to answer.
    external_directory: outside(cast.permission['external_directory'], workspace),
    ...(mcp === undefined ? {} : { [`${MCP_SERVER}_*`]: isOwn ? 'allow' : 'deny' }),
  }
  const mode = isOwn ? 'primary' : 'subagent'
  const allowed = narrowed(permission, env['OPENCODE_PERMISSION'])
  const fields = { ...cast, mode, permission: allowed, disable: false, hidden: false }
  const text = JSON.stringify(fields)
  // opencode fills in `{env:…}` and `{file:…}` before it reads the JSON. What a role says is text; only its prompt is a file.
  return `${literal(text.slice(0, -1))},"prompt":"{file:${join(folder, promptFile(at))}}"}`
}

/** Where a role may work outside of the work_dir. What it would have to ask for is refused: nobody is there to answer. */
function outside(cast: unknown, workspace: string): unknown {
  return cast === 'allow' ? cast : { '*': 'ask', [workspace]: 'allow', [`${workspace}/*`]: 'allow' }
}

function literal(json: string): string {
  return json.replace(/\{(?=(?:env|file):)/g, String.raw`\u007b`)
}

function entry(key: string, json: string): string {
  return `${literal(JSON.stringify(key))}:${json}`
}

/** `--agent NAME` behind `run`, unless it is there. */
function withAgent(words: readonly string[], program: number, name: string): readonly string[] {
  if (flagValues(ownWords(words, programPattern), ['--agent']).length > 0) return words
  const run = words.indexOf('run', program + 1)
  const end = endOfFlags(words, program)
  return words.toSpliced(run > program && run < end ? run + 1 : end, 0, '--agent', name)
}
