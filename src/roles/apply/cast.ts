/** Looks at the folders that roles are cast into, and carries a plan out there. Agents may write them: no link is followed. */
import { basename, dirname, join } from 'node:path'
import { MarrowError } from '../../base/errors.ts'
import { isInside } from '../../config/paths.ts'
import { writing } from '../../platform/files.ts'
import { makeInside, openInside } from '../../platform/inside.ts'
import type { InnerFolder } from '../../platform/inside/folder.ts'
import type { CastStep, FoundFile } from '../cast/plan.ts'

const BYTES_MAX = 2_097_152 // Twice the largest role file: what is larger was never cast.
const DEPTH_MAX = 8
const FILES_MAX = 10_000

/** All that lies below these folders of `root`. Throws NOT_FOUND where a link or a file stands in the place of a folder. */
export function findCastFiles(root: string, folders: readonly string[]): FoundFile[] {
  const found: FoundFile[] = []
  for (const folder of folders) {
    using opened = openInside({ root, path: placeOf(root, folder) })
    if (opened !== undefined) collect(opened, folder, DEPTH_MAX, found)
  }
  return found
}

function collect(folder: InnerFolder, path: string, depth: number, found: FoundFile[]): void {
  for (const { name, kind } of folder.list()) {
    if (found.length >= FILES_MAX) return
    const below = `${path}/${name}`
    found.push({ path: below, text: kind === 'file' ? readText(folder, name) : undefined })
    if (kind === 'folder' && depth > 0) {
      using inner = folder.enter(name)
      collect(inner, below, depth - 1, found)
    }
  }
}

function readText(folder: InnerFolder, name: string): string | undefined {
  const file = folder.read(name, BYTES_MAX)
  return file === undefined || file.stats.size > BYTES_MAX ? undefined : file.start.toString('utf8')
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
  /** The folder that is cast into, absolute: from it on no link is followed. */
  readonly root: string
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
  const { root } = place
  const absolute = placeOf(root, path)
  using folder = makeInside({ root, path: dirname(absolute) })
  const name = basename(absolute)
  writing(absolute, () => {
    if (text === undefined) folder.remove(name)
    else folder.replace(name, text, 0o644)
  })
  return keptAt
}

const KEPT_MAX = 1_000 // Of one name. Nobody reads more, and an agent must not fill a disk with them.

function keepAside(path: string, text: string, { root, aside }: CastPlace): string {
  const at = placeOf(root, aside)
  using folder = makeInside({ root, path: at })
  const flat = path.replaceAll('/', '.').replace(/^\.+/, '')
  const names = Array.from({ length: KEPT_MAX }, (_, index) => `${flat}.${index + 1}`)
  const name = writing(at, () => folder.create(names, text, 0o644))
  if (name !== undefined) return join(at, name)
  throw new MarrowError('CANNOT_WRITE', `Cannot keep what stood in ${path}: ${at} holds ${KEPT_MAX} of it.`, {
    fix: `Take away what you do not need from ${at}.`,
  })
}

function placeOf(root: string, path: string): string {
  const place = join(root, path)
  if (!isInside(place, root))
    throw new MarrowError('CONFIG_INVALID', `Cannot cast to ${path}: it lies outside ${root}.`, {
      fix: 'Give output_dir in roles.toml as a path below the folder that is cast into.',
    })
  return place
}
