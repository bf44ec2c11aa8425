/**
 * How Claude Code is given a role for one run. Agents on the command line win over the project's; but settings of the project
 * could switch hooks off, start servers and set permissions, so only those of the user are read, and the project's servers
 * not at all. What the project says in CLAUDE.md is kept.
 */
import { join } from 'node:path'
import { shellWord } from '../../base/shell-word.ts'
import { toolsOf } from '../../roles/capabilities.ts'
import { claudeAgent } from '../../roles/cast/claude.ts'
import type { LinkedRole } from '../../roles/role.ts'
import { castSkill } from '../../roles/cast/skills.ts'
import { flagValues, ownWords, switchOn } from '../flags.ts'
import { asList, asObject, jsonObject } from '../json-object.ts'
import { environmentAt, programIn } from '../program-place.ts'
import { MCP_SERVER, refused, refusedName, refusedWrapper } from '../role.ts'
import type { RefusedRole, RoleDelivery, RoleRequest } from '../role.ts'
import { claudePattern } from './settings.ts'

/** The agents, the hooks and the skills of a run, in files that the words name. */
export function role(request: RoleRequest): RoleDelivery {
  const { words, env, names, folder, workDir, mcp, skills } = request
  const name = names.get(request.role.id)
  if (name === undefined) return refusedName('Claude Code', request.role.id)
  const program = programIn(words, claudePattern)
  if (environmentAt(words, program, env) === undefined) return refusedWrapper('Claude Code')
  const own = ownWords(words, claudePattern)
  const obstacle = obstacleIn(own, name)
  if (obstacle !== undefined) return obstacle
  const [inline] = flagValues(own, ['--settings'])
  const theirs = jsonObject(inline?.value ?? '{}')
  if (theirs === undefined) return refusedFile
  const at = (path: string) => join(folder, path)
  const rest = inline === undefined ? words : words.toSpliced(program + 1 + inline.at, inline.length)
  const added = [
    ...(flagValues(own, ['--agent']).length > 0 ? [] : ['--agent', name]),
    '--agents',
    at('agents.json'),
    '--settings',
    at('settings.json'),
    '--setting-sources',
    'user',
    '--add-dir',
    workDir,
    ...(skills.length === 0 ? [] : ['--plugin-dir', at(PLUGIN)]),
    ...(mcp === undefined ? [] : ['--mcp-config', at('mcp.json')]),
    '--strict-mcp-config', // Last, because a flag with a list would take the operator's next word.
  ]
  return {
    kind: 'native',
    words: rest.toSpliced(program + 1, 0, ...added),
    env: { CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD: '1' },
    files: filesOf(request, theirs),
    provesGuard: true,
  }
}

/**
 * Whether the hooks ran: the first one has told the stream of its run's folder before anything else happens there. A folder
 * that is not trusted, or a switch in some settings, turns them off without a word.
 */
export function guarded(stdout: string, folder: string): boolean | undefined {
  for (const line of stdout.split('\n')) {
    const event = jsonObject(line)
    if (event?.['subtype'] === 'hook_response' && event['hook_event'] === 'SessionStart') {
      if (jsonObject(String(event['stdout']))?.['guard'] === folder) return true
    }
    if (event?.['subtype'] === 'init' || event?.['type'] === 'assistant' || event?.['type'] === 'result')
      return false
  }
  return undefined
}

const PLUGIN = 'plugin'

function obstacleIn(own: readonly string[], name: string): RefusedRole | undefined {
  const other = flagValues(own, ['--agent']).find(({ value }) => value !== name)
  if (other !== undefined)
    return refused(
      `${other.written} names another agent than its role, which Claude Code knows as ${name}`,
      `Write --agent ${name}, or leave it out.`,
    )
  if (flagValues(own, ['--agents']).length > 0)
    return refused('--agents is how it gets its role', 'Leave it out, and write roles instead.')
  const sources = flagValues(own, ['--setting-sources']).find(({ value }) => value !== 'user' && value !== '')
  if (sources !== undefined)
    return refused(
      `${sources.written} lets settings of the project into a run with a role`,
      'Leave it out. What shall hold everywhere belongs into ~/.claude/settings.json.',
    )
  const bare = switchOn(own, ['--bare', '--safe-mode'])
  if (bare !== undefined) return refused(`${bare} switches agents and hooks off`, 'Leave it out.')
  return flagValues(own, ['--settings']).length > 1 ? refusedFile : undefined
}

const refusedFile = refused(
  'Claude Code takes one --settings, which marrow needs for its hooks',
  'Write your settings there as one JSON object, to which they are added, or into ~/.claude/settings.json.',
)

function json(path: string, value: object) {
  return { path, text: `${JSON.stringify(value, undefined, 2)}\n` }
}

function filesOf(request: RoleRequest, theirs: Record<string, unknown>) {
  const { callees, names, mcp, skills, folder } = request
  const called = callees.flatMap(({ id }) => names.get(id) ?? [])
  return [
    json('agents.json', Object.fromEntries(agentsOf(request))),
    json('settings.json', settingsOf(request, theirs)),
    json('proof.json', { suppressOutput: true, guard: folder }),
    json('refusal.json', refusalOf(called)),
    { path: 'callees', text: called.map((name) => `${name}\n`).join('') },
    ...(mcp === undefined ? [] : [json('mcp.json', { mcpServers: { [MCP_SERVER]: serverOf(mcp) } })]),
    ...(skills.length === 0
      ? []
      : [
          json(`${PLUGIN}/.claude-plugin/plugin.json`, { name: MCP_SERVER, version: '1.0.0' }),
          ...skills.map((skill) => castSkill(`${PLUGIN}/skills`, skill)),
        ]),
  ].map(({ path, text }) => ({ path, text }))
}

/** The run's own and those that it may call, which call nobody. */
function agentsOf(request: RoleRequest): [name: string, agent: object][] {
  const { role: own, callees, names } = request
  return [own, ...callees].flatMap((one) => {
    const name = names.get(one.id)
    return name === undefined ? [] : [[name, agentOf(one, one === own, request)]]
  })
}

function agentOf(one: LinkedRole, isOwn: boolean, { callees, settings, names, mcp }: RoleRequest): object {
  const delegates = isOwn ? callees.map(({ id }) => id) : []
  const { tools, skills, ...cast } = claudeAgent({ ...one, delegates }, settings, names)
  return {
    ...cast,
    prompt: one.prompt,
    tools: [
      ...tools,
      ...(isOwn && mcp !== undefined ? [`mcp__${MCP_SERVER}`] : []),
      ...(skills === undefined ? [] : ['Skill']),
    ],
    skills: skills?.map((skill) => `${MCP_SERVER}:${skill}`),
  }
}

// Tools that start an agent, now or later; Claude Code tells a hook of the first as Agent.
const STARTING = 'Agent|Task|Workflow|SendMessage|ScheduleWakeup|CronCreate|RemoteTrigger|TeamCreate'

function settingsOf(request: RoleRequest, theirs: Record<string, unknown>): Record<string, unknown> {
  const { programBin, folder } = request
  const { hooks, permissions, disableAllHooks: _, ...rest } = theirs
  const command = (verb: string) =>
    `${shellWord(join(programBin, 'claude-guard'))} ${verb} ${shellWord(folder)}`
  const added = {
    SessionStart: [{ hooks: [{ type: 'command', command: command('start'), timeout: 10 }] }],
    PreToolUse: [{ matcher: STARTING, hooks: [{ type: 'command', command: command('call'), timeout: 10 }] }],
  }
  const allowed = asObject(permissions)
  const allow = asList(allowed['allow'])
  return {
    ...rest,
    // What agents wrote into a skill would be run by Claude Code itself, whatever tools the role has.
    disableSkillShellExecution: true,
    permissions: { ...allowed, allow: [...allow, ...doorsOf(request)] },
    hooks: {
      ...asObject(hooks),
      SessionStart: [...added.SessionStart, ...asList(asObject(hooks)['SessionStart'])],
      PreToolUse: [...added.PreToolUse, ...asList(asObject(hooks)['PreToolUse'])],
    },
  }
}

/**
 * What it may do without being asked, whatever the operator lets it do besides: hand work on, by marrow. What the operator's
 * settings deny stays denied.
 */
function doorsOf({ role: own, callees, settings, mcp }: RoleRequest): string[] {
  if (mcp === undefined) return []
  const delegates = callees.length > 0
  const hasShell = toolsOf(own.capabilities, settings.capabilityMap).bash.kind !== 'none'
  return [
    `mcp__${MCP_SERVER}`,
    ...(delegates ? ['Bash(marrow delegate:*)'] : []),
    ...(delegates || hasShell ? ['Bash(marrow handoff:*)'] : []),
  ]
}

function serverOf([command = '', ...args]: readonly string[]): object {
  return { command, args }
}

/** What the model reads when it asks for an agent that it may not have. */
function refusalOf(called: readonly string[]): object {
  const permissionDecisionReason =
    called.length === 0
      ? 'Your role starts no agents. Hand work on as your role says.'
      : `Your role starts only these agents here: ${called.join(', ')}. Hand other work on as your role says.`
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason,
    },
  }
}
