/** Makes the folders that a configuration's agents need inside their workspaces, and casts the roles into them. */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { MarrowError, reasonAndFix, reasonOf } from '../../base/errors.ts'
import type { AgentConfig } from '../../config/config.ts'
import type { CastPlaceView } from '../../ipc/role-output.ts'
import { isFolder } from '../../platform/files.ts'
import { applySteps } from '../../scaffold/apply.ts'
import { planWorkspace } from '../../scaffold/plan.ts'
import { configAt } from '../here.ts'
import { castRoles, isCast } from './roles-cast.ts'

/** One agent's workspace, and why it cannot be used: null when it is ready. */
export interface PreparedAgent {
  readonly agent: string
  readonly workspace: string
  readonly problem: string | null
}

/** What was made: `lines` are for stdout, `failures` for stderr, `agents` for programs. */
export interface Prepared {
  readonly agents: readonly PreparedAgent[]
  readonly lines: string[]
  readonly failures: string[]
  /** What casting did in each workspace; empty where roles have mistakes, which is among the failures then. */
  readonly cast: readonly CastPlaceView[]
}

/**
 * Prepares the workspace of every agent. A workspace itself is never made: a path with a typing mistake must not become a
 * folder. Throws CONFIG_MISSING, CONFIG_INVALID.
 */
export async function setup(configPath: string): Promise<Prepared> {
  const config = await configAt(configPath)
  const agents: PreparedAgent[] = []
  for (const agent of config.agents) {
    const { name, workspace } = agent
    agents.push({ agent: name, workspace, problem: (await prepare(agent)) ?? null })
  }
  const [ready, failed] = [
    agents.filter(({ problem }) => problem === null),
    agents.filter(({ problem }) => problem !== null),
  ]
  const { cast, failures } = await castAll(configPath)
  return {
    agents,
    cast,
    lines: ready.map(({ agent, workspace }) => `OK: ${agent} workspace ready at ${workspace}`),
    failures: [
      ...failed.map(({ agent, problem }) => `FAIL: workspace invalid for ${agent}: ${problem}`),
      ...failures,
    ],
  }
}

async function castAll(configPath: string): Promise<Pick<Prepared, 'cast' | 'failures'>> {
  try {
    const places = await castRoles({ configPath, targets: [], into: undefined, adopt: false, dry: false })
    const cast = places.filter(({ folder }) => isFolder(folder))
    return { cast, failures: isCast(cast) ? [] : ['FAIL: some roles are not cast'] }
  } catch (error) {
    if (!(error instanceof MarrowError)) throw error
    return { cast: [], failures: [`FAIL: roles are not cast: ${reasonAndFix(error)}`] }
  }
}

/** Why the workspace cannot be used, or undefined when it is ready. */
async function prepare({ workspace }: AgentConfig): Promise<string | undefined> {
  const found = await stat(workspace).catch(() => undefined)
  if (!found) return `${workspace} does not exist. Fix: mkdir -p ${workspace}`
  if (!found.isDirectory()) return `${workspace} is not a folder. Fix: correct the workspace key.`
  try {
    await access(workspace, constants.W_OK | constants.X_OK)
    applySteps(planWorkspace(workspace))
    return undefined
  } catch (error) {
    if (error instanceof MarrowError) return reasonAndFix(error)
    return `${workspace} is not writable (${reasonOf(error)}). Fix: make it yours with chown or chmod.`
  }
}
