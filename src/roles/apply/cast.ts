/** Looks at the folders that roles are cast into, and carries a plan out there. Agents may write them: no link is followed. */
import { basename, dirname, join } from 'node:path'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { isInside } from '../../config/paths.ts'
import { writing } from '../../platform/files.ts'
import { makeInside, openInside, type InnerPath } from '../../platform/inside.ts'
import type { InnerFolder } from '../../platform/inside/folder.ts'
import type { Casting } from '../cast/cast.ts'
import type { CastStep, FoundFile } from '../cast/plan.ts'

const BYTES_MAX = 2_097_152 // Twice the largest role file: what is larger was never cast.
const OTHERS_BYTES_MAX = 67_108_864 // Of all files together that no role is cast to: agents can put any number there.
const DEPTH_MAX = 8
const FILES_MAX = 10_000

/**
 * What stands where these files are cast to, and all else below their folders. Throws NOT_FOUND where a link or a file stands
 * in the place of a folder.
 */
export function findCastFiles(
  at: InnerPath,
  { files, folders, former }: Pick<Casting, 'files' | 'folders' | 'former'>,
): FoundFile[] {
  const known = [...files.map(({ path }) => path), ...former.keys()]
  const found = new Map<string, FoundFile>()
  for (const folder of folders) {
    using opened = openInside(innerAt(at, folder))
    if (opened === undefined) continue
    try {
      // By their names: however many others an agent puts beside them, these are seen.
      for (const path of known.filter((one) => one.startsWith(`${folder}/`))) {
        const file = lookAt(opened, path, path.slice(folder.length + 1))
        if (file !== undefined) found.set(path, file)
      }
      collect(opened, folder, { found, depth: DEPTH_MAX, bytesLeft: OTHERS_BYTES_MAX })
    } catch (error) {
      throw new MarrowError('NOT_FOUND', `Cannot read ${folder} in ${at.path}: ${reasonOf(error)}.`, {
        fix: 'Make it a folder that you may read, with all that is in it.',
        cause: error,
      })
    }
  }
  return [...found.values()]
}

function lookAt(folder: InnerFolder, path: string, rest: string): FoundFile | undefined {
  const cut = rest.indexOf('/')
  const name = cut < 0 ? rest : rest.slice(0, cut)
  const kind = folder.entry(name)?.kind
  if (cut < 0)
    return kind && { path, text: kind === 'file' ? readText(folder, name, BYTES_MAX)?.text : undefined }
  if (kind !== 'folder') return undefined
  using inner = folder.enter(name)
  return lookAt(inner, path, rest.slice(cut + 1))
}

interface Collected {
  readonly found: Map<string, FoundFile>
  readonly depth: number
  bytesLeft: number
}

function collect(folder: InnerFolder, path: string, into: Collected): void {
  const { found, depth } = into
  for (const name of folder.names('file')) {
    if (found.size >= FILES_MAX || into.bytesLeft <= 0) return
    const below = `${path}/${name}`
    if (found.has(below)) continue
    const read = readText(folder, name, Math.min(BYTES_MAX, into.bytesLeft))
    into.bytesLeft -= read?.bytes ?? 0
    found.set(below, { path: below, text: read?.text })
  }
  for (const name of depth > 0 ? folder.names('folder') : []) {
    using inner = folder.enter(name)
    const next = { found, depth: depth - 1, bytesLeft: into.bytesLeft }
    collect(inner, `${path}/${name}`, next)
    into.bytesLeft = next.bytesLeft
  }
}

/** No text: it is larger. */
function readText(
  folder: InnerFolder,
  name: string,
  bytesMax: number,
): { readonly text: string | undefined; readonly bytes: number } | undefined {
  const file = folder.read(name, bytesMax)
  if (file === undefined) return undefined
  const isWhole = file.stats.size <= bytesMax
  return { text: isWhole ? file.start.toString('utf8') : undefined, bytes: file.start.length }
}

/** What became of a step. */
export interface CastDone {
  readonly step: CastStep
  /** Where the text is kept that was there before it, absolute. */
  readonly keptAt: string | undefined
  /** Why it could not be carried out; everything is as it was then. */
  readonly failed: MarrowError | undefined
}

/** Where plans are carried out. */
export interface CastPlace {
  /** The folder that is cast into. */
  readonly at: InnerPath
  /** Below it: where texts are kept that somebody wrote into files of marrow's. */
  readonly aside: string
}

/** Each file appears whole or not at all. What an agent put in the way of one holds up no other. */
export function applyCast(steps: readonly CastStep[], place: CastPlace): CastDone[] {
  return steps.map((step) => {
    try {
      return { step, keptAt: carryOut(step, place), failed: undefined }
    } catch (error) {
      if (!(error instanceof MarrowError)) throw error
      return { step, keptAt: undefined, failed: error }
    }
  })
}

function carryOut(step: CastStep, place: CastPlace): string | undefined {
  switch (step.kind) {
    case 'keep':
    case 'foreign':
      return undefined
    case 'write':
    case 'restore':
      return change(step, step.kind === 'write' ? undefined : step.aside, step.text, place)
    case 'remove':
      return change(step, step.aside, undefined, place)
    case 'adopt':
      return change(step, step.aside, step.text, place)
  }
}

/** What is kept is kept before it is replaced. */
function change(
  { path }: CastStep,
  aside: string | undefined,
  text: string | undefined,
  place: CastPlace,
): string | undefined {
  const keptAt = aside === undefined ? undefined : keepAside(path, aside, place)
  const inner = innerAt(place.at, path)
  using folder = makeInside({ ...inner, path: dirname(inner.path) })
  const name = basename(inner.path)
  writing(inner.path, () => {
    if (text === undefined) folder.remove(name)
    else folder.replace(name, text, 0o644)
  })
  return keptAt
}

const KEPT_MAX = 1_000 // Of one name. Nobody reads more, and an agent must not fill a disk with them.

/** Keeps what stood at a path, and says where. What was kept there last is not kept twice. Throws CANNOT_WRITE. */
export function keepAside(path: string, text: string, { at, aside }: CastPlace): string {
  const inner = innerAt(at, aside)
  using folder = makeInside(inner)
  const flat = path.replaceAll('/', '.').replace(/^\.+/, '')
  const last = lastKept(folder, flat)
  if (last !== undefined && readText(folder, last, BYTES_MAX)?.text === text) return join(inner.path, last)
  const names = Array.from({ length: KEPT_MAX }, (_, index) => `${flat}.${index + 1}`)
  const name = writing(inner.path, () => folder.create(names, text, 0o644))
  if (name !== undefined) return join(inner.path, name)
  throw new MarrowError(
    'CANNOT_WRITE',
    `Cannot keep what stood in ${path}: ${inner.path} holds ${KEPT_MAX} of it.`,
    { fix: `Take away what you do not need from ${inner.path}.` },
  )
}

function lastKept(folder: InnerFolder, flat: string): string | undefined {
  const numbers = folder
    .names('file')
    .filter((name) => name.startsWith(`${flat}.`))
    .map((name) => Number(name.slice(flat.length + 1)))
    .filter((number) => Number.isInteger(number) && number <= KEPT_MAX)
  return numbers.length === 0 ? undefined : `${flat}.${Math.max(...numbers)}`
}

function innerAt({ root, path: from }: InnerPath, path: string): InnerPath {
  const place = join(from, path)
  if (!isInside(place, from))
    throw new MarrowError('CONFIG_INVALID', `Cannot cast to ${path}: it lies outside ${from}.`, {
      fix: 'Give output_dir in roles.toml as a path below the folder that is cast into.',
    })
  return { root, path: place }
}
