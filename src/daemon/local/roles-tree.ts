/** All roles of a configuration, as the commands about roles tell of them. */
import type { Config } from '../../config/config.ts'
import type { RoleGraphOutput, RoleListOutput, RoleShowOutput, RoleSummary } from '../../ipc/role-output.ts'
import { MarrowError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { roleFor } from '../../roles/agent-role.ts'
import { toolsOf, type BashRight } from '../../roles/capabilities.ts'
import { capabilityWords } from '../../roles/capability-words.ts'
import { modelOf } from '../../roles/cast/model.ts'
import type { Catalogue } from '../../roles/catalogue.ts'
import { delegationMermaid, delegationTree } from '../../roles/graph.ts'
import { loadRoles, type LoadedRoles } from '../../roles/load.ts'
import type { LinkedRole } from '../../roles/role.ts'
import { configAt } from '../here.ts'
import { layerOf } from './roles-install.ts'

/** The roles of core, operator and all workspaces, and the configuration that they belong to. */
export interface RoleTree extends LoadedRoles {
  readonly config: Config
}

/** Throws CONFIG_MISSING, CONFIG_INVALID. */
export async function roleTreeOf(configPath: string): Promise<RoleTree> {
  const config = await configAt(configPath)
  const { coreDir, operatorDir, agents } = config
  const folders = [...new Set(agents.map(({ workspace }) => workspace))]
  const workspaces = folders.map((path) => ({ root: path, path }))
  return { ...(await loadRoles({ coreDir, operatorDir, workspaces })), config }
}

/** For `role list`. */
export function listRoles({ catalogue, config }: RoleTree): RoleListOutput {
  const summarise = summaries(catalogue, config)
  return {
    roles: [...catalogue.roles.values()].map(summarise),
    mistakes: catalogue.mistakes.length,
    sources: layerOf(config).installed.map(({ source, ref, commit, files }) => ({
      source,
      ref,
      commit,
      files: Object.keys(files).length,
    })),
  }
}

/** For `role show`. */
export function showRole(tree: RoleTree, role: LinkedRole): RoleShowOutput {
  const { catalogue, config, settings } = tree
  const { capabilities, skills } = role
  const recorded = layerOf(config).installed.find(({ files }) => Object.hasOwn(files, `roles/${role.id}.md`))
  return {
    ...summaries(catalogue, config)(role),
    called_by: [...catalogue.roles.values()].flatMap(({ id, delegates }) =>
      delegates.includes(role.id) ? [id] : [],
    ),
    allowed_children: [...role.children],
    max_delegate_depth: role.maxDelegateDepth ?? null,
    base: role.base ?? null,
    capabilities: capabilityWords(capabilities),
    skills: [...skills],
    temperature: role.temperature ?? null,
    targets: [...settings.values()].map((one) => {
      const { target, enabled, capabilityMap } = one
      const { ids, bash } = toolsOf(capabilities, capabilityMap)
      return { target, enabled, model: modelOf(role.tier, one) ?? null, tools: [...ids], bash: bashOf(bash) }
    }),
    source: role.source === 'operator' ? (recorded?.source ?? null) : null,
    prompt: role.prompt,
  }
}

/** For `role graph`. */
export function graphRoles({ catalogue }: RoleTree): RoleGraphOutput {
  return {
    roles: [...catalogue.roles.values()].map(({ id, level, delegates }) => ({
      id,
      level: level ?? null,
      calls: [...delegates],
    })),
    tree: delegationTree(catalogue),
    mermaid: `${delegationMermaid(catalogue).join('\n')}\n`,
  }
}

/** The one that is meant: by id, by the last part of an id, or by name. Throws NOT_FOUND, CHECK_FAILED. */
export function roleNamed({ catalogue }: Pick<RoleTree, 'catalogue'>, written: string): LinkedRole {
  const meant = roleFor(catalogue, written)
  switch (meant.kind) {
    case 'found':
    case 'custom':
      return meant.role
    case 'wrong':
      throw new MarrowError('CHECK_FAILED', `Cannot read the role ${written}: ${meant.path} has mistakes.`, {
        fix: `See them with: marrow role check ${meant.path}`,
      })
    case 'ambiguous':
      throw new MarrowError('NOT_FOUND', `Cannot tell which role ${written} is: several have this name.`, {
        fix: `Name one of: ${meant.ids.join(', ')}`,
      })
    case 'missing':
      throw new MarrowError('NOT_FOUND', `Cannot find the role ${written}: there is none.`, {
        fix: `${didYouMean(written, namesOf(catalogue))}See all with: marrow role list`,
      })
  }
}

function namesOf({ roles }: Catalogue): string[] {
  return [...roles.values()].flatMap(({ id, name }) => [id, name])
}

function summaries(catalogue: Catalogue, { agents }: Config): (role: LinkedRole) => RoleSummary {
  const inPlace = new Set(catalogue.replaced.map(({ id }) => id))
  const meant = agents.flatMap(({ name, role }) => {
    const found = role === undefined ? undefined : roleFor(catalogue, role)
    return found?.kind === 'found' ? [{ name, id: found.role.id }] : []
  })
  return ({ id, name, description, source, level, mode, tier, scheduled, callable, delegates, path }) => ({
    id,
    name,
    description,
    from: source,
    in_place_of_core: inPlace.has(id),
    level: level ?? null,
    mode,
    tier,
    scheduled,
    callable,
    calls: [...delegates],
    agents: meant.flatMap((agent) => (agent.id === id ? [agent.name] : [])),
    path,
  })
}

function bashOf(bash: BashRight): 'none' | 'all' | string[] {
  return bash.kind === 'patterns' ? [...bash.patterns] : bash.kind
}
