// Folders that are held: what is done through one is done in that very folder, whatever somebody puts in its path
// meanwhile. The kernel does it where /proc shows descriptors; elsewhere the place is looked at before and after.
import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/** One held folder. Everything throws what the system says, with its `code`. */
export interface Hold {
  /** The path by which the system reaches an entry. Only its last part can be a link: use calls that do not follow one. */
  at(name: string): string
  /** The path of the folder itself, for as long as it is held. */
  readonly place: string
  /** Holds a folder in it. Throws ENOENT, ENOTDIR for whatever is no folder, a link to one included. */
  enter(name: string): Hold
  stats(): Stats
  /** Throws ESTALE when another folder stands at the path by now. Never where the kernel holds it. */
  check(): void
  close(): void
}

/** Holds the folder at `path`; links in this path are followed. Throws ENOENT, ENOTDIR. */
export type HoldFolder = (path: string) => Hold

// Only the way to a folder, which needs no right to read it, and touches nothing. Not among Node's constants.
const O_PATH = 0o10000000
const PLACES = '/proc/self/fd'

/** By descriptors: /proc/self/fd/<n>/<name> starts from the folder that was opened, as openat does. Linux only. */
export const holdByDescriptor: HoldFolder = (path) =>
  descriptorHold(openSync(path, O_PATH | constants.O_DIRECTORY))

function descriptorHold(descriptor: number): Hold {
  const folder = `${PLACES}/${descriptor}`
  const at = (name: string) => `${folder}/${plainName(name)}`
  return {
    at,
    place: `${folder}/.`, // The dot makes a link of /proc into the folder it stands for.
    enter: (name) =>
      descriptorHold(openSync(at(name), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW)),
    stats: () => fstatSync(descriptor),
    check: () => {},
    close: () => closeSync(descriptor),
  }
}

/** By looking: what is swapped between two looks and swapped back before the second one is not seen. */
export const holdByLooking: HoldFolder = (path) => {
  const real = realpathSync(path)
  return lookingHold(real, lstatSync(real))
}

function lookingHold(place: string, known: Stats): Hold {
  if (!known.isDirectory()) throw systemError('ENOTDIR', 'not a directory')
  const at = (name: string) => join(place, plainName(name))
  const check = () => {
    const found = lstatSync(place, { throwIfNoEntry: false })
    const same = found?.dev === known.dev && found.ino === known.ino && realpathSync(place) === place
    if (!same) throw systemError('ESTALE', 'another folder was put in its place')
  }
  return {
    at,
    place,
    enter: (name) => {
      check()
      const inner = lookingHold(at(name), lstatSync(at(name)))
      inner.check()
      return inner
    },
    stats: () => known,
    check,
    close: () => {},
  }
}

/** Only what cannot lead out of the folder: a caller that passes anything else has a mistake. */
function plainName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
    throw systemError('EINVAL', `not a plain file name: ${JSON.stringify(name)}`)
  return name
}

function systemError(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code })
}
