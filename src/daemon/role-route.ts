/** How the role of a run reaches its agent CLI: by the CLI's own means where it has any, else in the prompt. */
import { join } from 'node:path'
import { adapterFor } from '../agents/adapters.ts'
import { fillPlaceholders } from '../agents/placeholders.ts'
import type { RoleRequest } from '../agents/role.ts'
import { MarrowError } from '../base/errors.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { calleesOf, standingOf } from '../delegation/lineage.ts'
import { realPath } from '../platform/paths.ts'
import { roleFor } from '../roles/agent-role.ts'
import { namesIn } from '../roles/cast/cast.ts'
import type { TargetSettings } from '../roles/cast/target.ts'
import type { LoadedRoles } from '../roles/load.ts'
import type { LinkedRole } from '../roles/role.ts'
import { runPaths } from '../runner/folder.ts'
import { folderOf, type Program } from './core.ts'
import type { AgentsDoor } from './tokens.ts'

/** What a CLI is asked for when the run is prepared; its words and variables are known only then. */
export type NativeRequest = Omit<RoleRequest, 'words' | 'env'>

/** By the CLI's own means, or in the prompt and why. */
export type RoleRoute =
  | { readonly via: 'native'; readonly request: NativeRequest }
  /** A reason without full stop; undefined: nothing else was wanted. */
  | { readonly via: 'prompt'; readonly reason: string | undefined }

/** A run that has a role. */
export interface RoleRun {
  readonly run: string
  readonly agent: AgentConfig
  readonly role: LinkedRole
  /** The role ids of the runs above it. */
  readonly ancestors: readonly string[]
  readonly roles: LoadedRoles
  readonly config: Config
  readonly program: Program
  /** The variables that it gets otherwise. */
  readonly env: Readonly<Record<string, string>>
  readonly door: AgentsDoor | undefined
}

/** Throws CONFIG_INVALID where the agent's role must be delivered natively and cannot be. */
export function routeOf(one: RoleRun): RoleRoute {
  const { agent, env } = one
  if (agent.roleVia === 'prompt') return { via: 'prompt', reason: undefined }
  // It says nothing of tools: its agent CLI would take them all away.
  if (one.role.textOnly)
    return viaPrompt(
      one,
      'it is a text without front matter',
      'Begin its file with front matter, or set role_via = "auto".',
    )
  const adapter = adapterFor(agent.adapter)
  const settings = settingsFor(one)
  if (adapter.role === undefined || settings === undefined)
    return viaPrompt(
      one,
      `marrow knows no way of ${agent.adapter} to be given a role`,
      'Use opencode, claude or codex.',
    )
  const request = requestFor(one, settings)
  const { words } = fillPlaceholders(agent.command, placesFor(one))
  const delivery = adapter.role({ ...request, words, env })
  return delivery.kind === 'native'
    ? { via: 'native', request }
    : viaPrompt(one, delivery.reason, delivery.fix)
}

/** How the CLI of the agent knows a role; undefined where it knows none. */
export function nameOfRole(
  { agent, roles }: Pick<RoleRun, 'agent' | 'roles'>,
  role: string,
): string | undefined {
  const settings = settingsFor({ agent, roles })
  return settings && namesIn(settings, roles.catalogue.roles.values()).names.get(role)
}

/** The role of the agent's own runs; undefined where it has none, or none that counts. */
export function ownRole(
  { role }: Pick<AgentConfig, 'role'>,
  { catalogue }: Pick<LoadedRoles, 'catalogue'>,
): LinkedRole | undefined {
  const found = role === undefined ? undefined : roleFor(catalogue, role)
  return found?.kind === 'found' ? found.role : undefined
}

function settingsFor({ agent, roles }: Pick<RoleRun, 'agent' | 'roles'>): TargetSettings | undefined {
  const { adapter } = agent
  return adapter === 'generic' || adapter === 'gemini' ? undefined : roles.settings.get(adapter)
}

function viaPrompt({ agent, role }: RoleRun, reason: string, fix: string): RoleRoute {
  if (agent.roleVia !== 'native') return { via: 'prompt', reason }
  throw new MarrowError('CONFIG_INVALID', `Cannot give ${agent.name} its role ${role.id}: ${reason}.`, {
    fix,
  })
}

function requestFor(one: RoleRun, settings: TargetSettings): NativeRequest {
  const { run, agent, role, roles, ancestors, config, program, door } = one
  const { catalogue, skills } = roles
  const standing = standingOf(catalogue, { role: role.id, ancestors })
  const ids = standing === undefined ? [] : calleesOf(catalogue, standing, config.delegation.depthMax)
  const callees = ids.flatMap((id) => catalogue.roles.get(id) ?? [])
  const named = new Set([role, ...callees].flatMap((each) => each.skills))
  return {
    role,
    callees,
    skills: [...named].flatMap((name) => skills.get(name) ?? []),
    settings,
    names: namesIn(settings, catalogue.roles.values()).names,
    folder: runPaths(folderOf(config, run)).role,
    workDir: realPath(agent.workDir),
    workspace: realPath(agent.workspace),
    programBin: program.binDir,
    mcp: door && [join(program.binDir, 'marrow'), 'mcp'],
  }
}

/** The prompt is not known yet, and no word of it may count as one of the command. */
function placesFor({ run, agent, role, roles, config }: RoleRun): Parameters<typeof fillPlaceholders>[1] {
  return {
    prompt: '',
    promptFile: runPaths(folderOf(config, run)).prompt,
    workspace: agent.workspace,
    workDir: agent.workDir,
    agent: agent.name,
    runId: run,
    role: nameOfRole({ agent, roles }, role.id) ?? role.name,
  }
}
