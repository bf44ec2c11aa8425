/** The roles that agents have: loaded where they lie, and refused with every reason where they are wrong. */
import { join } from 'node:path'
import { formatProblem, MarrowError } from '../base/errors.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { innerPath, type Writer } from '../config/inner.ts'
import { isInside } from '../config/paths.ts'
import { layerNames, type Layer } from '../prompt/layers.ts'
import { roleFor, type AgentRole } from '../roles/agent-role.ts'
import type { Catalogue } from '../roles/catalogue.ts'
import { loadRoles, type LoadedRoles } from '../roles/load.ts'
import type { LinkedRole } from '../roles/role.ts'
import { roleFiles } from '../roles/role-files.ts'

type Places = Pick<Config, 'coreDir' | 'operatorDir'> & { readonly agents: readonly Writer[] }

/** What the runs of an agent may know of: the roles of core and operator, and the custom ones of its workspace. */
export function rolesFor(
  { workspace }: Pick<AgentConfig, 'workspace'>,
  config: Places,
): Promise<LoadedRoles> {
  const { coreDir, operatorDir, agents } = config
  return loadRoles({ coreDir, operatorDir, workspaces: [innerPath(workspace, agents)] })
}

/** A role, and all of those among which it stands. */
export interface RoleAmongOthers {
  readonly role: LinkedRole
  readonly roles: LoadedRoles
}

/**
 * The role of an agent; undefined: it has none. Throws NOT_FOUND when there is no such role, CONFIG_INVALID with every
 * mistake when its file has some. Mistakes of other files are not this agent's affair.
 */
export async function agentRole(
  agent: Pick<AgentConfig, 'role' | 'workspace'>,
  config: Places,
): Promise<RoleAmongOthers | undefined> {
  if (agent.role === undefined) return undefined
  const roles = await rolesFor(agent, config)
  const { catalogue } = roles
  const found = roleFor(catalogue, agent.role)
  const hidden = hiddenPlaces(agent.role, config, catalogue)
  if (hidden !== undefined) throw refusal(agent.role, hidden, config)
  if (found.kind === 'found') return { role: found.role, roles }
  throw refusal(agent.role, found, config)
}

/** Where a folder cannot be read, the file that should count may be in it: another must not be taken in its place. */
function hiddenPlaces(
  role: string,
  config: Places,
  { mistakes }: Catalogue,
): Extract<AgentRole, { kind: 'wrong' }> | undefined {
  const places = placesOf(role, config)
  const around = mistakes.filter(({ file }) =>
    places.some((place) => place !== file && isInside(place, file)),
  )
  return around[0] && { kind: 'wrong', path: around[0].file, mistakes: around }
}

/** What an agent is told of its role. `native`: by its agent CLI. */
export function roleLayer({ path, prompt }: Pick<LinkedRole, 'path' | 'prompt'>, native: boolean): Layer {
  const role = { kind: 'role', name: layerNames.role, source: path, text: prompt } as const
  return { ...role, volatile: false, native, failed: undefined }
}

function refusal(role: string, found: Exclude<AgentRole, { kind: 'found' }>, places: Places): MarrowError {
  switch (found.kind) {
    case 'missing': {
      const paths = placesOf(role, places)
      const reason = `there is none of ${paths.join(', ')}`
      const fix = `Write ${paths[0]} or change the role of the agent.`
      return new MarrowError('NOT_FOUND', `Cannot load the role ${role}: ${reason}.`, { fix })
    }
    case 'wrong': {
      const { path, mistakes } = found
      const count = mistakes.length === 1 ? 'it has a mistake' : `it has ${mistakes.length} mistakes`
      const lines = [`Cannot use ${path}: ${count}.`, ...mistakes.map(formatProblem)]
      return new MarrowError('CONFIG_INVALID', lines.join('\n'), {
        fix: 'Correct the file; marrow validate checks it again.',
      })
    }
    case 'ambiguous': {
      const reason = `Ambiguous role reference '${role}'. Use one of: ${found.ids.join(', ')}`
      const fix = 'Write one of these ids as the role of the agent.'
      return new MarrowError('CONFIG_INVALID', `Cannot load the role ${role}: ${reason}.`, { fix })
    }
    case 'custom': {
      const reason = 'it is a custom role, which agents may write'
      const fix = 'Name a role of roles/ beside marrow.toml or of the core.'
      return new MarrowError('CONFIG_INVALID', `Cannot use the role ${role} for an agent: ${reason}.`, {
        fix,
      })
    }
  }
}

function placesOf(role: string, { operatorDir, coreDir }: Places): string[] {
  const folders = [...new Set([operatorDir, coreDir])]
  return folders.flatMap((dir) => (roleFiles(role) ?? []).map((file) => join(dir, 'roles', file)))
}
