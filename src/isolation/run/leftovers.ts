// Owns what a test left behind whose process was killed in the middle of it.
import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { namesIn } from '../../platform/files.ts'

/** What the folder of every test is called, and with another ending each of its files elsewhere. */
export const FOLDER_PREFIX = 'marrow-wall-'

const AGE_MS_MIN = 60_000 // Several times the deadline of a test: a younger one may still go on.

/** Removes what old tests of this user left in `parent`, and under the same names in `folders`. Never throws. */
export function removeLeftovers(parent: string, folders: Iterable<string>, now: number): void {
  for (const name of namesIn(parent).filter((one) => one.startsWith(FOLDER_PREFIX) && !one.includes('.'))) {
    const folder = join(parent, name)
    if (!isOld(folder, now)) continue
    // The folder last: as long as it is there, the rest is found.
    for (const around of folders)
      for (const file of outsideNames(name)) rmSync(join(around, file), { force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The names of its socket and its file in folders for everybody. */
export function outsideNames(name: string): [socket: string, file: string] {
  return [`${name}.sock`, `${name}.txt`]
}

function isOld(folder: string, now: number): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === process.getuid?.() && now - found.mtimeMs > AGE_MS_MIN
}
