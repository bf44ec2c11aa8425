/** Every mistake in role files: of the whole tree of a configuration, or of files and folders that are named. */
import { basename, dirname, join, resolve } from 'node:path'
import { MarrowError, type Problem } from '../../base/errors.ts'
import { programRoot } from '../../config/load.ts'
import { entryOf, isFolder } from '../../platform/files.ts'
import { realPath } from '../../platform/paths.ts'
import { catalogueOf } from '../../roles/catalogue.ts'
import { rolesBelow } from '../../roles/load/folders.ts'
import { roleTreeOf } from './roles-tree.ts'

/** What was found. */
export interface Checked {
  readonly mistakes: readonly Problem[]
  readonly hints: readonly Problem[]
}

/** Throws CONFIG_MISSING, CONFIG_INVALID. */
export async function checkTree(configPath: string): Promise<Checked> {
  const { catalogue } = await roleTreeOf(configPath)
  return catalogue
}

/**
 * What is wrong with these files, and with all below these folders. Where they lie in the tree of the configuration they
 * are checked as a part of it; elsewhere their own folder of roles is, laid over the core's. `configPath` may be missing.
 * Throws NOT_FOUND.
 */
export async function checkPaths(paths: readonly string[], configPath: string | undefined): Promise<Checked> {
  const found = await Promise.all(paths.map((path) => checkPath(resolve(path), configPath)))
  return {
    mistakes: found.flatMap(({ mistakes }) => mistakes),
    hints: found.flatMap(({ hints }) => hints),
  }
}

async function checkPath(path: string, configPath: string | undefined): Promise<Checked> {
  if (entryOf(path) === undefined)
    throw new MarrowError('NOT_FOUND', `Cannot check ${path}: there is no such file or folder.`, {
      fix: 'Name a role file or a folder of them, or nothing for the whole tree.',
    })
  const tree = configPath === undefined ? undefined : await roleTreeOf(configPath)
  const wanted = realPath(path)
  const isWanted = ({ file }: Problem) => `${realPath(file)}/`.startsWith(`${wanted}/`)
  const known = tree === undefined ? [] : filesOf(tree.catalogue).map(realPath)
  if (tree !== undefined && known.some((file) => `${file}/`.startsWith(`${wanted}/`)))
    return {
      mistakes: tree.catalogue.mistakes.filter(isWanted),
      hints: tree.catalogue.hints.filter(isWanted),
    }
  const core = rolesBelow(join(tree?.config.coreDir ?? programRoot, 'roles'), 'core')
  const own = rolesBelow(rolesDirAround(path), 'operator')
  const { mistakes, hints } = catalogueOf([...core.files, ...own.files])
  return { mistakes: [...mistakes, ...own.mistakes].filter(isWanted), hints: hints.filter(isWanted) }
}

function filesOf({
  roles,
  broken,
}: {
  roles: ReadonlyMap<string, { path: string }>
  broken: ReadonlyMap<string, string>
}): string[] {
  return [...[...roles.values()].map(({ path }) => path), ...broken.values()]
}

/** The folder from which ids count: the nearest one called `roles`, or the one that was named. */
function rolesDirAround(path: string): string {
  const start = isFolder(path) ? path : dirname(path)
  if (basename(start) !== 'roles' && isFolder(join(start, 'roles'))) return join(start, 'roles')
  for (let folder = start; dirname(folder) !== folder; folder = dirname(folder))
    if (basename(folder) === 'roles') return folder
  return start
}
