// Writes into the operator's layer: all of a change, or nothing of it. Links that the operator made there are followed.
import { randomUUID } from 'node:crypto'
import { renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { MarrowError } from '../../base/errors.ts'
import { isFolder, makeFolder, readIfExists, remove, writeAtomic, writing } from '../../platform/files.ts'
import { realPath } from '../../platform/paths.ts'

/** What is to be in a layer: texts by their paths in it, undefined for a file that goes. */
export type Wanted = ReadonlyMap<string, string | undefined>

/** The texts of those of the files that are there. */
export function readLayer(layer: string, paths: Iterable<string>): Map<string, string> {
  const texts = [...paths].flatMap((path): [string, string][] => {
    const text = isFolder(join(layer, path)) ? undefined : readIfExists(join(layer, path))
    return text === undefined ? [] : [[path, text]]
  })
  return new Map(texts)
}

/**
 * Puts everything in place, if each file still is as it was `before`. Whatever fails, what was there is there again.
 * Throws CANNOT_WRITE.
 */
export function applyLayer(layer: string, wanted: Wanted, before: ReadonlyMap<string, string>): void {
  refuseChanged(layer, wanted, before)
  const drafts = new Map<string, string>()
  const done: string[] = []
  try {
    for (const [path, text] of wanted)
      if (text !== undefined) drafts.set(path, draftOf(join(layer, path), text))
    for (const path of wanted.keys()) {
      const draft = drafts.get(path)
      const [own, target] = [join(layer, path), realPath(join(layer, path))]
      // What a link leads to is the operator's: of what goes only the link does.
      writing(own, () => (draft === undefined ? rmSync(own, { force: true }) : renameSync(draft, target)))
      drafts.delete(path)
      done.push(path)
    }
  } catch (error) {
    for (const path of done) putBack(join(layer, path), before.get(path))
    for (const draft of drafts.values()) remove(draft)
    for (const path of wanted.keys()) removeEmpty(layer, dirname(path))
    throw error
  }
  for (const path of wanted.keys()) removeEmpty(layer, dirname(path))
}

/** Somebody was asked meanwhile, and that takes time. */
function refuseChanged(layer: string, wanted: Wanted, before: ReadonlyMap<string, string>): void {
  const now = readLayer(layer, wanted.keys())
  const changed = [...wanted.keys()].filter((path) => now.get(path) !== before.get(path))
  if (changed.length === 0) return
  throw new MarrowError('CANNOT_WRITE', `Cannot install: ${changed.join(', ')} changed meanwhile.`, {
    fix: 'Nothing was written. Do it again, and look at what it shows.',
  })
}

/** Beside its target, so that a rename is all that is left; with a name that is no role's. */
function draftOf(path: string, text: string): string {
  const target = realPath(path)
  makeFolder(dirname(target))
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`)
  writing(path, () => writeFileSync(draft, text, { flag: 'wx', mode: 0o644 }))
  return draft
}

function putBack(path: string, text: string | undefined): void {
  if (text === undefined) remove(path)
  else writeAtomic(path, text)
}

/** The folders that nothing is in any more, up to the folder of roles. */
function removeEmpty(layer: string, folder: string): void {
  for (let path = folder; path.includes('/'); path = dirname(path)) {
    try {
      rmdirSync(join(layer, path))
    } catch {
      return // Something else is in it.
    }
  }
}
