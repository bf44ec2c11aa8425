/** What casting has to do in workspaces, for whoever casts, keeps or looks. */
import { dirname } from 'node:path'
import type { AgentConfig, Config } from '../config/config.ts'
import { innerPath } from '../config/inner.ts'
import type { InnerPath } from '../platform/inside.ts'
import { findCastFiles } from '../roles/apply/cast.ts'
import { castAll, type Casting } from '../roles/cast/cast.ts'
import { holdsCast, planCast, type CastStep } from '../roles/cast/plan.ts'
import type { TargetSettings } from '../roles/cast/target.ts'
import type { LoadedRoles } from '../roles/load.ts'

/** In a workspace, where what agents left lies: texts that somebody wrote into cast files. */
export const ASIDE = 'runtime/kept'

/** A workspace, and whose it is. */
export interface CastWorkspace {
  readonly at: InnerPath
  readonly agents: readonly AgentConfig[]
}

/** Each once, in the order of the configuration. */
export function castWorkspaces({ agents }: Pick<Config, 'agents'>): CastWorkspace[] {
  const byFolder = Map.groupBy(agents, ({ workspace }) => workspace)
  return [...byFolder].map(([folder, own]) => ({ at: innerPath(folder, agents), agents: own }))
}

/** What is cast for one target. */
export interface CastWish {
  readonly settings: TargetSettings
  readonly loaded: LoadedRoles
  /** Whether unmarked files of an earlier casting are taken over. */
  readonly adopt: boolean
}

/** What there is to do in one folder for one target. */
export interface TargetPlan {
  readonly steps: readonly CastStep[]
  readonly casting: Casting
  /** Whether something of marrow's is there. */
  readonly isCast: boolean
  /** Files that nobody has changed and whose role is another by now. */
  readonly outdated: readonly string[]
}

/** A target that is off has nothing of its own to be there. Throws NOT_FOUND for a link or a file in place of a folder. */
export function planTarget(at: InnerPath, { settings, loaded, adopt }: CastWish): TargetPlan {
  const casting = settings.enabled
    ? castAll(loaded.catalogue.roles.values(), loaded.skills.values(), settings)
    : { ...castAll([], [], settings), former: new Map<string, string>() }
  const found = findCastFiles(at, casting)
  const steps = planCast({ wanted: casting.files, found, former: casting.former, adopt })
  const there = new Set(found.map(({ path }) => path))
  const outdated = steps.flatMap(({ kind, path }) => (kind === 'write' && there.has(path) ? [path] : []))
  return { steps, casting, isCast: holdsCast(found), outdated }
}

/** The folders of a target in which marrow's files would lie, below the folder that is cast into. */
export function castFolders(settings: TargetSettings): readonly string[] {
  return castAll([], [], settings).folders
}

/** Whether anything of marrow's is there for this target: much cheaper than a plan. */
export function isCastFor(at: InnerPath, settings: TargetSettings): boolean {
  return holdsCast(findCastFiles(at, castAll([], [], settings)))
}

/** The folders that hold what is cast, as they change with the layout; those of skills are one each. */
export function foldersOfAgents({ casting }: Pick<TargetPlan, 'casting'>): readonly string[] {
  const { files, folders } = casting
  const ofAgents = files.filter(({ of }) => !of.startsWith('skills/')).map(({ path }) => dirname(path))
  return [...new Set([...folders, ...ofAgents])]
}
