import { MarrowError } from '../../base/errors.ts'
import { counted } from '../../base/numbers.ts'
import { configPathOf, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { problemLines, roleLines, roleListLines } from '../render/roles.ts'

/** Flags of the commands that look at roles. */
export interface RoleOptions extends CommonOptions {
  readonly json?: boolean
}

/** `marrow role list`. */
export async function roleList(options: RoleOptions): Promise<number> {
  const { listRoles, roleTreeOf } = await import('../../daemon/local/roles-tree.ts')
  const found = listRoles(await roleTreeOf(configPathOf(options)))
  if (options.json) printJson(found)
  else print(...roleListLines(found, await screenFor(found)))
  return 0
}

/** `marrow role show`. */
export async function roleShow(role: string, options: RoleOptions): Promise<number> {
  const { roleNamed, roleTreeOf, showRole } = await import('../../daemon/local/roles-tree.ts')
  const tree = await roleTreeOf(configPathOf(options))
  const shown = showRole(tree, roleNamed(tree, role))
  if (options.json) printJson(shown)
  else print(...roleLines(shown, await screenFor('')))
  return 0
}

/** `marrow role graph`. */
export async function roleGraph(options: RoleOptions & { readonly mermaid?: boolean }): Promise<number> {
  const { graphRoles, roleTreeOf } = await import('../../daemon/local/roles-tree.ts')
  const graph = graphRoles(await roleTreeOf(configPathOf(options)))
  if (options.json) printJson(graph)
  else if (options.mermaid) print(graph.mermaid.trimEnd())
  else print(...graph.tree)
  return 0
}

/** `marrow role check`: 1 when anything is wrong. */
export async function roleCheck(paths: readonly string[], options: RoleOptions): Promise<number> {
  const { checkPaths, checkTree } = await import('../../daemon/local/roles-check.ts')
  const { mistakes, hints } =
    paths.length === 0
      ? await checkTree(configPathOf(options))
      : await checkPaths(paths, configPathIfAny(options))
  const ok = mistakes.length === 0
  if (options.json) printJson({ ok, mistakes, hints })
  else {
    print(...problemLines({ mistakes, hints }, await screenFor('')))
    print(ok ? 'ROLES OK' : `${counted(mistakes.length, 'mistake')} in role files.`)
  }
  return ok ? 0 : 1
}

/** Files can be checked where nothing is configured: in a repository of roles, say. */
function configPathIfAny(options: RoleOptions): string | undefined {
  try {
    return configPathOf(options)
  } catch (error) {
    const isMissed = options.config !== undefined
    if (isMissed || !(error instanceof MarrowError) || error.code !== 'CONFIG_MISSING') throw error
    return undefined
  }
}
