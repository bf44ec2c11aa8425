import type { CastPlaceView, RoleCastOutput } from '../../ipc/role-output.ts'
import type { TargetName } from '../../roles/cast/target.ts'
import { canAsk, confirm } from '../confirm.ts'
import { configPathOf, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { castLines } from '../render/cast.ts'

/** Flags of `marrow role cast`. */
export interface RoleCastOptions extends CommonOptions {
  readonly target?: readonly TargetName[]
  readonly into?: string
  readonly adopt?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** `marrow role cast`: writes the roles as the agent CLIs read them. 1 when something could not be done. */
export async function roleCast(options: RoleCastOptions): Promise<number> {
  const { castRoles, isCast } = await import('../../daemon/local/roles-cast.ts')
  const { target: targets = [], into, adopt = false, yes = false, json = false, verbose = false } = options
  const request = {
    configPath: configPathOf(options),
    targets,
    into,
    adopt,
  }
  const show = async (places: readonly CastPlaceView[], dry: boolean) => {
    const output: RoleCastOutput = { ok: isCast(places), dry, places: [...places] }
    if (json) printJson(output)
    else print(...castLines(output, verbose, await screenFor('')))
    return output.ok ? 0 : 1
  }
  // Other people's files are taken over only after somebody has seen which.
  const isAsked = adopt && !yes && options.dryRun !== true
  if (options.dryRun === true || isAsked) {
    const places = await castRoles({ ...request, dry: true })
    const exitCode = await show(places, true)
    if (!isAsked || json) return exitCode
    if (!canAsk() || !(await confirm('Do this?'))) {
      print(canAsk() ? 'Nothing was changed.' : 'Nothing was changed. To do it, add: --yes')
      return exitCode
    }
  }
  return await show(await castRoles({ ...request, dry: false }), false)
}
