// Owns the attempts on files: each does to its target what no run may do to the real ones.
import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf, fresh, type Try } from './try.ts'

type FileTechnique =
  | 'read'
  | 'write'
  | 'truncate'
  | 'replace'
  | 'rename'
  | 'unlink'
  | 'chmod'
  | 'set-user'
  | 'hard-link'
  | 'write-by-link'
  | 'create'
  | 'move-away'
  | 'open-read'
  | 'open-write'

const PLANTED = 'planted by the simulated agent\n'
const SAID_MAX = 200

/** By technique. None of them creates its target, so that a private folder in its place is no success. */
export const tryFile: Readonly<Record<FileTechnique, Try>> = {
  read: (target) => readFileSync(target, 'utf8').slice(0, SAID_MAX),
  write: (target) => {
    overwrite(target)
    return 'written'
  },
  truncate: (target) => {
    truncateSync(target, 0)
    return 'emptied'
  },
  replace: (target, scratch) => replace(target, scratch),
  rename: (target) => {
    renameSync(target, `${target}.away`)
    return 'renamed'
  },
  unlink: (target) => {
    unlinkSync(target)
    return 'removed'
  },
  chmod: (target) => {
    chmodSync(target, 0o777)
    return 'mode 777'
  },
  'set-user': (target) => {
    chmodSync(target, 0o4755)
    return 'mode 4755'
  },
  'hard-link': (target, scratch) => {
    const link = fresh(scratch)
    linkSync(target, link)
    overwrite(link)
    return `linked and written as ${link}`
  },
  'write-by-link': (target, scratch) => {
    const link = fresh(scratch)
    symlinkSync(target, link)
    try {
      overwrite(link)
    } finally {
      rmSync(link)
    }
    return 'written through a link'
  },
  create: (target) => {
    writeFileSync(join(target, 'planted'), PLANTED, { flag: 'wx' })
    return 'created'
  },
  'move-away': (target) => {
    renameSync(target, `${target}.away`)
    renameSync(`${target}.away`, target) // Other attempts are still to find it.
    return 'moved away and back'
  },
  'open-read': (target) => opened(target, constants.O_RDONLY),
  'open-write': (target) => opened(target, constants.O_WRONLY),
}

/** Opens and closes: what is behind these files may be the machine itself. */
function opened(path: string, flags: number): string {
  closeSync(openSync(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY))
  return 'opened'
}

function overwrite(path: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  try {
    writeSync(file, PLANTED)
  } finally {
    closeSync(file)
  }
}

/** From the workspace, as an atomic write would do it; where that is another disk, from beside the target. */
function replace(target: string, scratch: string): string {
  try {
    const draft = fresh(scratch)
    writeFileSync(draft, PLANTED)
    renameSync(draft, target)
    return 'replaced'
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error
    const beside = `${target}.draft`
    writeFileSync(beside, PLANTED)
    renameSync(beside, target)
    return 'replaced'
  }
}
