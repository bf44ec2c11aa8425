/** Casts roles and skills into workspaces, or into a folder that is named. */
import { resolve } from 'node:path'
import { formatProblem, MarrowError, reasonAndFix } from '../../base/errors.ts'
import type { Config } from '../../config/config.ts'
import type { CastFileView, CastPlaceView } from '../../ipc/role-output.ts'
import { isFolder } from '../../platform/files.ts'
import type { InnerPath } from '../../platform/inside.ts'
import { applyCast, type CastDone } from '../../roles/apply/cast.ts'
import { namesIn } from '../../roles/cast/cast.ts'
import type { TargetName, TargetSettings } from '../../roles/cast/target.ts'
import { loadRoles, type LoadedRoles } from '../../roles/load.ts'
import { ASIDE, castWorkspaces, planTarget } from '../cast.ts'
import { configAt } from '../here.ts'

/** What is cast, and where. */
export interface CastRequest {
  readonly configPath: string
  /** None: the enabled ones, and what was cast for others goes. */
  readonly targets: readonly TargetName[]
  /** Undefined: the workspaces of all agents. */
  readonly into: string | undefined
  /** Whether unmarked files of an earlier casting are taken over. */
  readonly adopt: boolean
  /** Whether it is only told what would be done. */
  readonly dry: boolean
}

/**
 * Casts nothing while a role of core or operator has a mistake: throws CHECK_FAILED with all of them. What agents wrote
 * wrong is left out and told of. Throws NOT_FOUND for a folder that is none.
 */
export async function castRoles(request: CastRequest): Promise<CastPlaceView[]> {
  const config = await configAt(request.configPath)
  await refuseMistakes(config)
  const places: CastPlaceView[] = []
  for (const place of placesOf(config, request.into)) {
    const { coreDir, operatorDir } = config
    const { at, agents } = place
    const folder = at.path
    const workspaces = agents.length === 0 ? [] : [at]
    const loaded = await loadRoles({ coreDir, operatorDir, workspaces })
    const wanted = isFolder(folder) ? settingsFor(loaded, request) : []
    const casts = wanted.map((settings) => castInto(place, { settings, loaded, request }))
    const missing = isFolder(folder) ? [] : [`${folder} does not exist. Fix: mkdir -p ${folder}`]
    places.push({
      folder,
      agents,
      files: casts.flatMap(({ files }) => files),
      problems: [...missing, ...casts.flatMap(({ problems }) => problems)],
      left_out: [...loaded.catalogue.mistakes],
    })
  }
  return places
}

/** Whether everything could be done. */
export function isCast(places: readonly CastPlaceView[]): boolean {
  return places.every(
    ({ files, problems }) => problems.length === 0 && files.every(({ problem }) => problem === null),
  )
}

/** Where roles are cast to: one folder, and the agents whose workspace it is. */
interface Place {
  readonly at: InnerPath
  readonly agents: string[]
}

async function refuseMistakes({ coreDir, operatorDir }: Config): Promise<void> {
  const { catalogue, settings } = await loadRoles({ coreDir, operatorDir, workspaces: [] })
  const collisions = [...settings.values()]
    .filter(({ enabled }) => enabled)
    .flatMap((one) => namesIn(one, catalogue.roles.values()).collisions)
  const mistakes = [...catalogue.mistakes.map(formatProblem), ...new Set(collisions)]
  if (mistakes.length === 0) return
  throw new MarrowError('CHECK_FAILED', ['Cannot cast roles:', ...mistakes].join('\n'), {
    fix: 'Correct these; nothing was cast.',
  })
}

function placesOf(config: Config, into: string | undefined): Place[] {
  if (into === undefined)
    return castWorkspaces(config).map(({ at, agents }) => ({ at, agents: agents.map(({ name }) => name) }))
  const folder = resolve(into)
  if (isFolder(folder)) return [{ at: { root: folder, path: folder }, agents: [] }]
  throw new MarrowError('NOT_FOUND', `Cannot cast into ${folder}: there is no such folder.`, {
    fix: 'Name a folder that is there.',
  })
}

/** In a workspace a target that is off has nothing of its own to be there. */
function settingsFor({ settings }: LoadedRoles, { targets, into }: CastRequest): TargetSettings[] {
  const all = [...settings.values()]
  if (targets.length === 0) return into === undefined ? all : all.filter(({ enabled }) => enabled)
  return all.filter(({ target }) => targets.includes(target)).map((one) => ({ ...one, enabled: true }))
}

interface Ground {
  readonly settings: TargetSettings
  readonly loaded: LoadedRoles
  readonly request: CastRequest
}

const ASIDE_ELSEWHERE = '.marrow-kept'

function castInto(
  { at, agents }: Place,
  { settings, loaded, request }: Ground,
): { readonly files: CastFileView[]; readonly problems: string[] } {
  try {
    const { steps, casting } = planTarget(at, { settings, loaded, adopt: request.adopt })
    const done = request.dry
      ? steps.map((step): CastDone => ({ step, keptAt: undefined, failed: undefined }))
      : applyCast(steps, { at, aside: agents.length === 0 ? ASIDE_ELSEWHERE : ASIDE })
    return {
      files: done.map((one) => fileView(settings.target, one)),
      problems: [...casting.collisions],
    }
  } catch (error) {
    if (!(error instanceof MarrowError)) throw error
    return { files: [], problems: [`${settings.target}: ${reasonAndFix(error)}`] }
  }
}

function fileView(target: TargetName, { step, keptAt, failed }: CastDone): CastFileView {
  return {
    target,
    path: step.path,
    of: step.of,
    done: step.kind,
    in_the_way: step.kind === 'foreign' && step.inTheWay,
    kept_at: keptAt ?? null,
    problem: failed === undefined ? null : reasonAndFix(failed),
  }
}
