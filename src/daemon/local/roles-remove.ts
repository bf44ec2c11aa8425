/** What `role remove` would take out of the operator's layer: one role, or everything of one source. */
import { MarrowError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Config } from '../../config/config.ts'
import { roleFor } from '../../roles/agent-role.ts'
import type { Catalogue } from '../../roles/catalogue.ts'
import { planChanges, type Change } from '../../roles/changes.ts'
import { readLayer } from '../../roles/install/layer.ts'
import { loadRoles } from '../../roles/load.ts'
import { pathProblem, roleIdOf } from '../../roles/offer.ts'
import { findRole } from '../../roles/references.ts'
import { configAt } from '../here.ts'
import { layerOf, proposal, recordedAs, type Layer, type Proposal } from './roles-install.ts'

/** What is to go. */
export interface RemoveRequest {
  readonly configPath: string
  /** An id or a name of a role, or a source. */
  readonly name: string
  /** Whether files of a source go too that the operator edited. */
  readonly theirs: boolean
}

/** Throws NOT_FOUND, and CHECK_FAILED with the roles and agents that name what would go. */
export async function proposeRemoval({ configPath, name, theirs }: RemoveRequest): Promise<Proposal> {
  const config = await configAt(configPath)
  const layer = layerOf(config)
  const { coreDir, operatorDir } = config
  const { catalogue } = await loadRoles({ coreDir, operatorDir, workspaces: [] })
  const recorded = recordedAs(layer, name)
  const path = fileOf(layer, catalogue, name)
  if (path !== undefined) {
    const before = readLayer(layer.folder, [path]).get(path) ?? ''
    const changes: Change[] = [{ kind: 'remove', path, before }]
    refuseNamed(config, catalogue, changes)
    // What it was installed as stays on record, so that no update brings it back.
    const kept = { source: null, ref: null, commit: null, commitBefore: null, installed: layer.installed }
    return await proposal(config, layer, { ...kept, changes })
  }
  if (recorded === undefined) throw unknown(layer, catalogue, name)
  const { source, ref, commit, files } = recorded
  const present = readLayer(layer.folder, Object.keys(files))
  const changes = planChanges({ recorded: files, present, offered: new Map(), theirs })
  refuseNamed(config, catalogue, changes)
  const installed = layer.installed.filter((one) => one !== recorded)
  return await proposal(config, layer, {
    source,
    ref,
    commit: null,
    commitBefore: commit,
    changes,
    installed,
  })
}

/** The operator's file of a role, whatever is wrong with what it says. */
function fileOf(layer: Layer, catalogue: Catalogue, name: string): string | undefined {
  const found = findRole(catalogue, name)
  const id = found.kind === 'found' ? found.id : roleIdOf(name)
  const path = `roles/${id}.md`
  return pathProblem(path) === undefined && readLayer(layer.folder, [path]).has(path) ? path : undefined
}

/** Whoever names one of them would be left with a mistake; what the core has in its place is as good. */
function refuseNamed(config: Config, catalogue: Catalogue, changes: readonly Change[]): void {
  const inPlace = new Set(catalogue.replaced.map(({ id }) => id))
  const going = new Set(changes.filter(({ kind }) => kind === 'remove').map(({ path }) => roleIdOf(path)))
  const gone = [...going].filter((id) => !inPlace.has(id))
  const named = gone.flatMap((id) => {
    const roles = [...catalogue.roles.values()].filter(
      (role) => !going.has(role.id) && (role.delegates.includes(id) || role.children.includes(id)),
    )
    const agents = config.agents.filter(({ role }) => {
      const meant = role === undefined ? undefined : roleFor(catalogue, role)
      return meant?.kind === 'found' && meant.role.id === id
    })
    const by = [
      ...roles.map((role) => `the role ${role.id}`),
      ...agents.map((agent) => `the agent ${agent.name}`),
    ]
    return by.length === 0 ? [] : [`${id} is named by ${by.join(', ')}.`]
  })
  if (named.length === 0) return
  throw new MarrowError('CHECK_FAILED', ['Cannot remove it:', ...named].join('\n'), {
    fix: 'Take it out of these first. Nothing was removed.',
  })
}

function unknown({ installed }: Layer, catalogue: Catalogue, name: string): MarrowError {
  const found = findRole(catalogue, name)
  if (found.kind === 'found')
    return new MarrowError('NOT_FOUND', `Cannot remove ${found.id}: it belongs to the core.`, {
      fix: `To change it for yourself: marrow role edit ${found.id}`,
    })
  if (found.kind === 'ambiguous')
    return new MarrowError('NOT_FOUND', `Cannot remove ${name}: several roles have this name.`, {
      fix: `Name one of: ${found.ids.join(', ')}`,
    })
  const names = [...catalogue.roles.keys(), ...installed.map(({ source }) => source)]
  return new MarrowError('NOT_FOUND', `Cannot remove ${name}: there is no such role and no such source.`, {
    fix: `${didYouMean(name, names)}See them with: marrow role list`,
  })
}
