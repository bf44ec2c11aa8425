/** Looks at the machine: which wall it offers, and what lies at a path. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isOlder, versionIn } from '../checks/versions.ts'
import { runCommand } from '../platform/command.ts'
import { programOn, realPath } from '../platform/paths.ts'
import { BUBBLEWRAP_VERSION_MIN } from './bubblewrap.ts'
import type { PathFacts } from './policy.ts'
import type { Wall } from './wall.ts'

const DEADLINE_MS = 5_000 // It prints a line; a disk that just woke up may need seconds to bring it.

/** The facts that policies are made of. */
export const diskFacts: PathFacts = {
  realPath,
  kindOf: (path) => {
    try {
      return statSync(path).isDirectory() ? 'folder' : 'file'
    } catch {
      return undefined // Not there, or not to be reached: a run, which may no more than we, does not reach it either.
    }
  },
  textOf,
}

const TEXT_BYTES_MAX = 65_536 // A pointer of git takes a line, a config file some hundred.

/** A run may have made it: no link is followed, and nothing that is no file is waited for. */
function textOf(path: string): string | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) return undefined
    const bytes = Buffer.alloc(TEXT_BYTES_MAX)
    return bytes.toString('utf8', 0, readSync(file, bytes))
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Beside the launchers, two levels above this file in src/ as in dist/. */
function filterHere(): string | undefined {
  const path = join(import.meta.dirname, '..', '..', 'bin', 'seccomp', process.arch)
  return diskFacts.kindOf(path) === 'file' ? path : undefined
}

/** The wall of this machine as far as its programs tell; whether it holds is another question. */
export async function findWall(path: string, signal: AbortSignal): Promise<Wall> {
  if (process.platform === 'darwin') return { kind: 'seatbelt', program: '/usr/bin/sandbox-exec' }
  if (process.platform !== 'linux')
    return { kind: 'none', reason: `there is no wall for ${process.platform}`, fix: 'Use Linux or macOS.' }
  const program = programOn(path, 'bwrap')
  if (program === undefined)
    return {
      kind: 'none',
      reason: 'bubblewrap is not installed',
      fix: 'Install it, with apt-get install bubblewrap or the like.',
    }
  const limits = { deadlineMs: DEADLINE_MS, signal, maxBytes: 4_096 }
  const answer = await runCommand([program, '--version'], { cwd: '/', env: {}, ...limits })
  const version = answer.kind === 'exited' ? versionIn(answer.stdout) : undefined
  if (version !== undefined && !isOlder(version, BUBBLEWRAP_VERSION_MIN))
    return { kind: 'bubblewrap', program, filter: filterHere() }
  const fix = `Install bubblewrap ${BUBBLEWRAP_VERSION_MIN} or newer.`
  const reason =
    version === undefined ? `${program} does not tell its version` : `bubblewrap ${version} is too old`
  return { kind: 'none', reason, fix }
}
