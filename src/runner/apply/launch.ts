// Starts a run: its folder, and the launcher in it. What becomes of it is read from the folder, never from a handle.
import { spawn } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { Presumption } from '../../agents/adapter.ts'
import { reasonOf } from '../../base/errors.ts'
import { createExclusive, entryOf, readIfExists } from '../../platform/files.ts'
import { unmetPresumptions } from '../../platform/presumptions.ts'
import { CLAIMED, runPaths, SANDBOX_ROOM } from '../folder.ts'

/** What is launched. */
export interface LaunchRequest {
  /** The path of `bin/launch`. */
  readonly launcher: string
  /** The run's folder, which `prepareRun` made. */
  readonly folder: string
  /** What is kept of stdout and of stderr, each. */
  readonly capBytes: number
  readonly words: readonly string[]
  /** The program that all of it is about, which may stand far behind in the words. */
  readonly program: string
  /** Else stdin is empty. */
  readonly promptOnStdin: boolean
  /** Who the run is, when that is somebody else than the daemon; only root may say so. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  /** Whether the words make a pid namespace and tell SANDBOX_FD who its first process is. */
  readonly sandboxed: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Files without which the agent CLI would do something else than its words say: no process starts without them. */
  readonly presumed: readonly Presumption[]
}

/** Whether there is a launcher now. `pid` is its process, group and session. */
export type LaunchResult =
  | { readonly kind: 'launched'; readonly pid: number }
  | { readonly kind: 'unspawnable'; readonly detail: string }

/** What a run's folder must hold before the launcher starts. */
export type Preparation = Pick<LaunchRequest, 'promptOnStdin' | 'sandboxed' | 'owner'> & {
  readonly prompt: string
  /** The secret by which it asks at the agents' door. */
  readonly token?: string | undefined
  /** What its agent CLI reads of its role, below the folder of that; none: the folder alone. Undefined: not even that. */
  readonly files?: readonly { readonly path: string; readonly text: string }[] | undefined
}

/** Creates the run's folder, open to this user only, with the prompt in it. Throws what the file system says. */
export function prepareRun(folder: string, preparation: Preparation): void {
  const { prompt, promptOnStdin, sandboxed, owner, token, files } = preparation
  const paths = runPaths(folder)
  const mode = 0o600
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700) // It may have been there.
  writeFileSync(paths.prompt, prompt, { mode })
  if (token !== undefined) writeFileSync(paths.token, `${token}\n`, { mode })
  // Also without a file: the wall around the run shows it this folder.
  if (files !== undefined) mkdirSync(paths.role, { mode: 0o755, recursive: true })
  for (const { path, text } of files ?? []) writeRoleFile(paths.role, path, text)
  if (owner !== undefined) letIn(folder, owner)
  if (promptOnStdin) {
    writeFileSync(paths.stdin, prompt)
    chmodSync(paths.stdin, 0o644) // Nobody else gets into the folder; but a run of another user may open /dev/stdin.
  }
  if (sandboxed) writeFileSync(paths.sandbox, SANDBOX_ROOM, { mode })
}

/** Readable for a run of another user, and never its own: it must not change what it is. */
function writeRoleFile(folder: string, path: string, text: string): void {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  writeFileSync(file, text, { mode: 0o644 })
}

/** What is the run's own it can read; the names of other runs stay unknown to it. */
function letIn(folder: string, { uid, gid }: NonNullable<Preparation['owner']>): void {
  for (const way of [dirname(folder), folder]) chmodSync(way, 0o711)
  const { prompt, token } = runPaths(folder)
  chownSync(prompt, uid, gid)
  if (entryOf(token) !== undefined) chownSync(token, uid, gid)
}

/** Starts the launcher in a session of its own, so that it outlives this process. Never throws. */
export function launchRun(request: LaunchRequest): LaunchResult {
  const result = tryLaunch(request)
  if (result.kind === 'unspawnable') removeStdin(request.folder)
  return result
}

/** Once nobody reads it any more. Never throws: what cannot be removed goes with the folder, and keeps no run from its end. */
export function removeStdin(folder: string): void {
  try {
    rmSync(runPaths(folder).stdin, { force: true })
  } catch {
    // The folder itself may be one that nobody can write any more.
  }
}

function tryLaunch(request: LaunchRequest): LaunchResult {
  const { launcher, folder, capBytes, words } = request
  const stdin = request.promptOnStdin ? runPaths(folder).stdin : '/dev/null'
  try {
    const problem =
      whyUnspawnable(request.program, request.cwd, request.env['PATH'] ?? '') ??
      whyUnspawnable(request.words[0] ?? '', request.cwd, request.env['PATH'] ?? '') ??
      unmetPresumptions(request.presumed)[0]?.otherwise
    if (problem !== undefined) return { kind: 'unspawnable', detail: problem }
    const child = spawn(launcher, [folder, String(capBytes), stdin, ...words], {
      cwd: request.cwd,
      env: { ...request.env },
      detached: true,
      stdio: 'ignore',
    })
    child.on('error', () => {}) // Comes later and says no more than the missing pid.
    child.unref()
    if (child.pid !== undefined) return { kind: 'launched', pid: child.pid }
    const reason = whyUnspawnable(launcher, request.cwd, '') ?? 'the system has no room for another process'
    return { kind: 'unspawnable', detail: `cannot start the launcher: ${reason}` }
  } catch (error) {
    return { kind: 'unspawnable', detail: describeSpawnError(error) }
  }
}

/** True when this daemon decided that the run never began: a launcher that comes later finds `started` and leaves. */
export function claimUnstarted(folder: string): boolean {
  const { started } = runPaths(folder)
  if (entryOf(folder) === undefined) return true // Nothing can begin in a folder that somebody removed.
  if (createExclusive(started, CLAIMED)) return true
  // Claimed by a daemon that died before it could record that; there is only one daemon, so the claim is ours now.
  return readIfExists(started) === CLAIMED
}

/** The reason why `program` cannot be started in `cwd`, looked up as the system would, or undefined. */
function whyUnspawnable(program: string, cwd: string, path: string): string | undefined {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return `no such folder: ${cwd}`
  if (program === '') return 'the command is empty'
  const places = program.includes('/')
    ? [program]
    : path.split(delimiter).map((dir) => `${dir || '.'}/${program}`)
  const found = places.map((place) => resolve(cwd, place)).filter((place) => isFile(place))
  if (found.length === 0) return `not found: ${program}`
  return found.some((place) => isExecutable(place)) ? undefined : `not executable: ${program}`
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function describeSpawnError(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'E2BIG') {
    return 'the command is too long: one argument may have 131071 bytes; let the prompt go by stdin (prompt_via = "stdin")'
  }
  return `cannot start the launcher: ${reasonOf(error)}`
}
