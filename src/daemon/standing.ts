/** Whether an agent may be started on this machine, and behind what. */
import { statSync } from 'node:fs'
import { adapterFor } from '../agents/adapters.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import { isInside } from '../config/paths.ts'
import { standingOf, type Standing, type WallState } from '../isolation/wall.ts'
import { diskFacts } from '../isolation/observe.ts'
import { notInForce } from '../isolation/seatbelt.ts'
import { openLayer } from '../isolation/wishes.ts'
import { findSetpriv, findUser, type User } from '../platform/users.ts'
import type { Core } from './core.ts'

/** What decides it: the configuration, what is known of the wall, and what is passed on of the daemon's environment. */
export interface Ground extends Pick<Core, 'config' | 'program' | 'env'> {
  readonly wall: WallState
}

/** The ground of a daemon, now. */
export function groundOf({
  config,
  program,
  env,
  life,
}: Pick<Core, 'config' | 'program' | 'env' | 'life'>): Ground {
  return { config, program, env, wall: life.wall }
}

/** Decided afresh at every look; what it is made of is found out once for each configuration. */
export function standingIn({ wall, config, env }: Omit<Ground, 'program'>, agent: AgentConfig): Standing {
  return standingOf({ isolation: agent.isolation, state: wall, ...lasting(agent, config, env) })
}

/** The user whose HOME and name a run gets; undefined: the daemon's own. */
export function userOf({ isolation }: Pick<AgentConfig, 'isolation'>): User | undefined {
  return isolation.user === undefined ? undefined : findUser(isolation.user)
}

// Asked for each agent of each answer to `marrow status`; a process that gave up being root could not take it up again.
const ownUid = process.getuid?.()

/** Whether a run of it is started as root. */
export function startsAsRoot(agent: Pick<AgentConfig, 'isolation'>): boolean {
  return (userOf(agent)?.uid ?? ownUid) === 0
}

interface Lasting {
  readonly bypass: string | undefined
  readonly userProblem: string | undefined
  readonly refusal: string | undefined
  readonly hole: string | undefined
  readonly gaps: readonly string[]
}

// Asked at each pass for each agent, and the same for as long as the configuration is.
const known = new WeakMap<AgentConfig, Lasting>()

function lasting(agent: AgentConfig, config: Config, env: Ground['env']): Lasting {
  const before = known.get(agent)
  if (before !== undefined) return before
  const adapter = adapterFor(agent.adapter)
  const passed = Object.fromEntries(agent.env.pass.map((name) => [name, env[name]]))
  const walled = adapter.walled?.(agent.command)
  const found: Lasting = {
    bypass: adapter.bypass?.(agent.command, { ...passed, ...agent.env.set }),
    userProblem: userProblem(agent),
    refusal: walled?.kind === 'refused' ? `${walled.reason}. ${walled.fix}` : undefined,
    hole: layerHole(agent, config),
    gaps: [
      ...seatbeltGaps(agent),
      ...ownerGaps(agent),
      ...missingGaps(agent),
      ...homeGaps(agent, env),
      ...(walled?.kind === 'works' ? walled.gaps : []),
    ],
  }
  known.set(agent, found)
  return found
}

/** What macOS leaves open whatever the agent is. */
function seatbeltGaps(agent: AgentConfig): string[] {
  if (process.platform !== 'darwin') return []
  const { files } = adapterFor(agent.adapter).needs.login
  const policy = { rules: [], network: agent.isolation.network, refused: [] }
  return notInForce({ policy, logins: files.map(({ path }) => path) })
}

function layerHole(agent: AgentConfig, config: Config): string | undefined {
  const layer = openLayer({ agent, config })
  if (layer === undefined) return undefined
  return `it can change the operator's layer, which lies in ${layer}: give marrow.toml a folder of its own`
}

/** Empty files in the place of all that a shell may obey would change how the shell works: so it is said, and not masked. */
function homeGaps(agent: AgentConfig, env: Ground['env']): string[] {
  const home = userOf(agent)?.home ?? env['HOME']
  const folders = [agent.workspace, agent.workDir, ...agent.isolation.readWrite]
  if (home === undefined || !folders.some((folder) => isInside(home, folder))) return []
  return [
    `it writes all of ${home}, and so what shells and programs of people obey there: give it a folder inside`,
  ]
}

/** Behind the wall root has no right to the files of others. */
function ownerGaps(agent: AgentConfig): string[] {
  const uid = userOf(agent)?.uid ?? ownUid
  if (ownUid !== 0) return []
  return [...new Set([agent.workspace, agent.workDir])].flatMap((folder) => {
    const found = statSync(folder, { throwIfNoEntry: false })
    if (found === undefined || found.uid === uid || (found.mode & 0o022) !== 0) return []
    return [`it cannot write ${folder}, which is another user's: set user, or give it the folder`]
  })
}

/** What is not there cannot be kept from being made. */
function missingGaps({ isolation }: AgentConfig): string[] {
  const named = [...isolation.readOnly, ...isolation.secrets]
  return named
    .filter((path) => diskFacts.kindOf(path) === undefined)
    .map((path) => `${path} of its table is not there`)
}

function userProblem({ isolation: { user } }: AgentConfig): string | undefined {
  if (user === undefined) return undefined
  if (ownUid !== 0) return `it cannot be started as ${user}: marrow run was not started as root`
  if (findUser(user) === undefined) return `it cannot be started as ${user}: this machine has no such user`
  return findSetpriv() === undefined ? `it cannot be started as ${user}: there is no setpriv here` : undefined
}
