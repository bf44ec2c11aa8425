import { MarrowError } from '../../base/errors.ts'
import type { Proposal } from '../../daemon/local/roles-install.ts'
import type { RoleChangesOutput } from '../../ipc/role-output.ts'
import { canAsk, confirm } from '../confirm.ts'
import { configPathOf, type CommonOptions } from '../connection.ts'
import { reportError } from '../errors.ts'
import { print, printJson, screenFor } from '../output.ts'
import { changesView, isChanging, proposalLines } from '../render/role-changes.ts'

/** Flags of `marrow role add`, `update` and `remove`. */
export interface RoleInstallOptions extends CommonOptions {
  readonly ref?: string
  readonly theirs?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** `marrow role add`: shows what a source would bring, and installs it when somebody says yes. */
export async function roleAdd(source: string, options: RoleInstallOptions): Promise<number> {
  const { proposeInstall } = await import('../../daemon/local/roles-install.ts')
  const { ref, theirs = false } = options
  const request = { configPath: configPathOf(options), source, ref, theirs, known: false }
  return await settleAll([() => proposeInstall(request)], options)
}

/** `marrow role update`: the same for what is installed; a source that cannot be had keeps no other from its update. */
export async function roleUpdate(source: string | undefined, options: RoleInstallOptions): Promise<number> {
  const { installedSources, proposeInstall } = await import('../../daemon/local/roles-install.ts')
  const { ref, theirs = false } = options
  const configPath = configPathOf(options)
  if (ref !== undefined && source === undefined)
    throw new MarrowError('USAGE', 'Cannot update all sources to one ref.', {
      fix: 'Name the source that --ref is for.',
    })
  const wanted = source === undefined ? await installedSources(configPath) : [{ source }]
  if (wanted.length === 0 && !options.json)
    print('No source is installed. Install one with: marrow role add SOURCE')
  return await settleAll(
    wanted.map((one) => () => proposeInstall({ configPath, source: one.source, ref, theirs, known: true })),
    options,
  )
}

/** `marrow role remove`: a role that nobody names, or a source with all that it brought. */
export async function roleRemove(name: string, options: RoleInstallOptions): Promise<number> {
  const { proposeRemoval } = await import('../../daemon/local/roles-remove.ts')
  const { theirs = false } = options
  return await settleAll([() => proposeRemoval({ configPath: configPathOf(options), name, theirs })], options)
}

/** One after the other: what the first changes is the ground of the next. A single one that fails is the error. */
async function settleAll(
  proposing: readonly (() => Promise<Proposal>)[],
  options: RoleInstallOptions,
): Promise<number> {
  const { yes = false, json = false, verbose = false } = options
  const settled: Proposal[] = []
  let exitCode = 0
  for (const propose of proposing) {
    try {
      const proposal = await propose()
      if (!json) await offer(proposal, yes)
      else if (yes) proposal.apply()
      settled.push(proposal)
    } catch (error) {
      if (proposing.length === 1) throw error
      exitCode = reportError(error, verbose)
    }
  }
  const output: RoleChangesOutput = { applied: yes, sources: settled.map(changesView) }
  if (json) printJson(output)
  return exitCode
}

async function offer(proposal: Proposal, yes: boolean): Promise<void> {
  print(...proposalLines(proposal, await screenFor('')))
  if (!isChanging(proposal)) {
    proposal.apply() // The commit that is on record may be another.
    return
  }
  if (yes || (canAsk() && (await confirm('Do this?')))) {
    proposal.apply()
    print('✓ done')
  } else print(canAsk() ? 'Nothing was changed.' : 'Nothing was changed. To do it, add: --yes')
}
