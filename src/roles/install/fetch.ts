// Brings what a source has: found, looked through as a whole, and read; nothing of it is written anywhere that lasts.
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { formatProblem, MarrowError, type Problem } from '../../base/errors.ts'
import { plain } from '../../base/plain.ts'
import { entryOf, isFolder, remove } from '../../platform/files.ts'
import { temporaryFolder } from '../../platform/paths.ts'
import { choosePrompts, chooseRoles, roleIdOf, rolesDirOf, FILE_BYTES_MAX, type Chosen } from '../offer.ts'
import { promptFileOf } from '../parse.ts'
import type { Source } from '../source.ts'
import { folderTree } from './folder.ts'
import { fetchCommit, type FetchRequest } from './git.ts'
import type { SourceTree } from './tree.ts'

/** What a source has. */
export interface Offer {
  /** Undefined for a folder that is no repository. */
  readonly commit: string | undefined
  /** Texts by their paths in the layer. */
  readonly files: ReadonlyMap<string, string>
}

/** Throws what its readers throw, and CHECK_FAILED with everything for which the source is refused. */
export async function fetchOffer(request: Omit<FetchRequest, 'folder'>): Promise<Offer> {
  const { source, ref } = request
  if (!isRepository(source, ref)) return { commit: undefined, files: await offered(folderOf(source), source) }
  const folder = mkdtempSync(join(temporaryFolder(), 'marrow-roles-'))
  try {
    const tree = await fetchCommit({ ...request, folder })
    return { commit: tree.commit, files: await offered(tree, source) }
  } finally {
    remove(folder)
  }
}

/** A folder with a working copy counts as its repository: only what is committed can be told apart later. */
function isRepository(source: Source, ref: string | undefined): boolean {
  if (source.kind === 'remote') return true
  const has = (name: string) => entryOf(join(source.name, name)) !== undefined
  if (has('.git') || (has('HEAD') && has('objects') && has('refs'))) return true
  if (ref === undefined) return false
  throw new MarrowError('USAGE', `Cannot take ${ref} of ${source.name}: it is no repository.`, {
    fix: 'Leave --ref out: a folder is taken as it lies there.',
  })
}

function folderOf({ name }: Source): SourceTree {
  if (isFolder(name)) return folderTree(name)
  const isShort = /^[\w.-]+\/[\w.-]+$/.test(name.split('/').slice(-2).join('/'))
  throw new MarrowError('NOT_FOUND', `Cannot read the source ${name}: there is no such folder.`, {
    fix: isShort
      ? `Name a folder, or a whole address such as https://github.com/${name.split('/').slice(-2).join('/')}`
      : 'Name a folder, or the whole address of a repository.',
  })
}

async function offered(tree: SourceTree, source: Source): Promise<ReadonlyMap<string, string>> {
  const found = rolesDirOf(await settingsOf(tree))
  if (found.kind === 'wrong') throw refused(source, found.problems)
  const rolesDir = found.dir
  const entries = await tree.list(rolesDir)
  const roles = chooseRoles(entries, rolesDir)
  if (roles.problems.length > 0) throw refused(source, roles.problems)
  if (roles.files.size === 0)
    throw new MarrowError('NOT_FOUND', `Cannot use ${source.name}: it has no roles in ${rolesDir}/.`, {
      fix: 'It needs *.md files there, or a roles.toml that says where they are: [project] roles_dir = "…"',
    })
  const texts = await textsOf(tree, roles)
  const named = [...texts].flatMap(
    ([path, text]) => promptFileOf({ id: roleIdOf(path), source: 'operator' }, text) ?? [],
  )
  const prompts = choosePrompts(entries, rolesDir, new Set(named.map((path) => `roles/${path}`)))
  if (prompts.problems.length > 0) throw refused(source, prompts.problems)
  return new Map([...texts, ...(await textsOf(tree, prompts))])
}

async function settingsOf(tree: SourceTree): Promise<string | undefined> {
  const [entry] = await tree.list('roles.toml')
  if (entry?.kind !== 'file' || entry.bytes > FILE_BYTES_MAX) return undefined
  return (await tree.read([entry])).get(entry.path)
}

async function textsOf(tree: SourceTree, { files }: Chosen): Promise<Map<string, string>> {
  const texts = await tree.read([...files.values()])
  return new Map([...files].map(([path, entry]) => [path, texts.get(entry.path) ?? '']))
}

function refused({ name }: Source, problems: readonly Problem[]): MarrowError {
  const lines = problems.map((problem) => plain(formatProblem(problem)))
  return new MarrowError('CHECK_FAILED', [`Cannot use ${name}:`, ...lines].join('\n'), {
    fix: 'Nothing was installed. These have to be mended in the source.',
  })
}
