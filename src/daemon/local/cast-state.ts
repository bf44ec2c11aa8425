/** Looks at what is cast into workspaces, and changes nothing there. */
import { MarrowError, reasonOf } from '../../base/errors.ts'
import type { CastFacts } from '../../checks/observed.ts'
import type { Config } from '../../config/config.ts'
import { isFolder } from '../../platform/files.ts'
import type { TargetSettings } from '../../roles/cast/target.ts'
import { loadRoles } from '../../roles/load.ts'
import { castWorkspaces, isCastFor, planTarget, type CastWorkspace } from '../cast.ts'

/** By workspace. Nothing while a role of core or operator is wrong, which is said elsewhere: nobody knows then what should be there. */
export async function castIn(config: Config): Promise<CastFacts[]> {
  const { coreDir, operatorDir } = config
  const { catalogue, settings } = await loadRoles({ coreDir, operatorDir, workspaces: [] })
  if (catalogue.mistakes.length > 0) return []
  const workspaces = castWorkspaces(config).filter(({ at }) => isFolder(at.path))
  return Promise.all(workspaces.map((one) => factsOf(config, one, [...settings.values()])))
}

async function factsOf(
  { coreDir, operatorDir }: Config,
  { at, agents }: CastWorkspace,
  targets: readonly TargetSettings[],
): Promise<CastFacts> {
  const loaded = await loadRoles({ coreDir, operatorDir, workspaces: [at] })
  const found = targets.map((settings) => {
    try {
      const isCast = isCastFor(at, settings)
      const { steps } = planTarget(at, {
        settings: { ...settings, enabled: isCast || settings.enabled },
        loaded,
        adopt: false,
      })
      const pathsOf = (...kinds: readonly string[]) =>
        steps.flatMap(({ kind, path }) => (kinds.includes(kind) ? [path] : []))
      return {
        isCast,
        unmarked: pathsOf('foreign'),
        edited: isCast ? pathsOf('restore') : [],
        outdated: isCast ? pathsOf('write', 'remove') : [],
        problems: [],
      }
    } catch (error) {
      return { isCast: false, unmarked: [], edited: [], outdated: [], problems: [problemOf(at.path, error)] }
    }
  })
  return {
    folder: at.path,
    agents: agents.map(({ name }) => name),
    isCast: found.some(({ isCast }) => isCast),
    unmarked: found.flatMap(({ unmarked }) => unmarked),
    edited: found.flatMap(({ edited }) => edited),
    outdated: found.flatMap(({ outdated }) => outdated),
    problems: found.flatMap(({ problems }) => problems),
  }
}

function problemOf(folder: string, error: unknown): CastFacts['problems'][number] {
  const fix = (error instanceof MarrowError ? error.fix : undefined) ?? `Look into ${folder}.`
  return { problem: reasonOf(error).replace(/\.$/, ''), fix }
}
