// Owns how context providers are found: in folders of the core and of the operator, and where agents write.
import { accessSync, constants } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { reasonAndFix, reasonOf } from '../../base/errors.ts'
import { codeOf } from '../../platform/files.ts'
import { openInside, type InnerPath } from '../../platform/inside.ts'
import { blockName } from '../layers.ts'
import {
  chooseProviders,
  isVolatileScript,
  PROVIDERS_MAX,
  refusedProvider,
  type ContextFolder,
  type FoundFile,
  type Provider,
  type SkippedFile,
} from '../providers.ts'

/**
 * The context providers of an agent, in name order: those shipped in `<coreDir>/context.d`, and every executable
 * regular file of `contextDirs` (hidden ones left aside). Missing folders are empty ones. `replace` lists the shipped
 * names that a file of `contextDirs` may take. A link where agents write is a provider that is refused.
 */
export async function findProviders(places: {
  readonly coreDir: string
  readonly contextDirs: readonly ContextFolder[]
  readonly replace: readonly string[]
}): Promise<{ readonly providers: Provider[]; readonly skipped: SkippedFile[] }> {
  const own: ContextFolder = { path: join(places.coreDir, 'context.d'), root: undefined }
  const dirs = [own, ...places.contextDirs]
  const real = await Promise.all(dirs.map(realFolder))
  // A folder that is listed twice, or the core's own, must not compete with itself.
  const once = dirs.filter((_, index) => real.indexOf(real[index] ?? '') === index)
  const found = await Promise.all(
    once.map(async ({ path, root }) =>
      root === undefined ? filesIn(path, path === own.path) : innerFiles({ path, root }),
    ),
  )
  const { chosen, skipped } = chooseProviders(
    found.flatMap(({ files }) => files),
    places.replace,
  )
  const providers = await Promise.all(
    chosen.map(async ({ file, path, shipped, root }) => {
      const start = root === undefined ? startOf(path) : startInside({ root, path })
      const volatile = isVolatileScript(await start)
      return { name: blockName(file), path, shipped, volatile, refused: undefined }
    }),
  )
  const refused = found.flatMap((folder) => folder.refused).slice(0, PROVIDERS_MAX)
  return {
    providers: [...providers, ...refused],
    skipped: [...found.flatMap((folder) => folder.skipped), ...skipped],
  }
}

/** By which two paths of one folder are told to be one. Below a root no link is followed for that either. */
async function realFolder({ path, root }: ContextFolder): Promise<string> {
  const known = root ?? path
  return join(await realpath(known).catch(() => known), relative(known, path))
}

interface Look {
  readonly files: readonly FoundFile[]
  readonly skipped: readonly SkippedFile[]
  readonly refused: readonly Provider[]
}

async function filesIn(dir: string, shipped: boolean): Promise<Look> {
  try {
    const files = (await readdir(dir)).filter((file) => !file.startsWith('.')).toSorted()
    const found = await Promise.all(
      files.map(async (file): Promise<FoundFile> => {
        const path = join(dir, file)
        const isFile = await stat(path).then(
          (stats) => stats.isFile(),
          () => false, // Gone meanwhile, or a link to nowhere.
        )
        const kind = isFile ? 'file' : 'other'
        return { file, path, shipped, kind, executable: mayExecute(path), root: undefined }
      }),
    )
    return { files: found, skipped: [], refused: [] }
  } catch (error) {
    const skipped = [{ path: dir, reason: `cannot be read: ${reasonOf(error)}` }]
    return { files: [], skipped: codeOf(error) === 'ENOENT' ? [] : skipped, refused: [] }
  }
}

/** Where agents write. What they swap between this look and the start of a file could as well be in the file. */
function innerFiles(inner: InnerPath): Look {
  try {
    using folder = openInside(inner)
    const entries = folder?.list().filter(({ name }) => !name.startsWith('.')) ?? []
    const files = entries.map(({ name, kind, executable }): FoundFile => {
      return { file: name, path: join(inner.path, name), shipped: false, kind, executable, root: inner.root }
    })
    const links = files.filter(({ kind }) => kind === 'link')
    const refused = links.map(({ file, path }) => refusedProvider(file, path, LINK))
    return { files: files.filter(({ kind }) => kind !== 'link'), skipped: [], refused }
  } catch (error) {
    return {
      files: [],
      skipped: [],
      refused: [refusedProvider(basename(inner.path), inner.path, reasonAndFix(error))],
    }
  }
}

const LINK = 'it is a symbolic link, and marrow follows none in a workspace'

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const START_BYTES = 4 * 1024

/** Empty when the file may be executed but not read: then it is not volatile. */
async function startOf(path: string): Promise<string> {
  try {
    await using handle = await open(path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES))
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return ''
  }
}

function startInside({ root, path }: InnerPath): string {
  try {
    using folder = openInside({ root, path: dirname(path) })
    return folder?.read(basename(path), START_BYTES)?.start.toString('utf8') ?? ''
  } catch {
    return ''
  }
}
