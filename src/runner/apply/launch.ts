// Starts a run: its folder, and the launcher in it. What becomes of it is read from the folder, never from a handle.
import { spawn } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import type { Presumption } from '../../agents/adapter.ts'
import { reasonOf } from '../../base/errors.ts'
import { createExclusive, entryOf, readIfExists } from '../../platform/files.ts'
import { unmetPresumptions } from '../../platform/presumptions.ts'
import { CLAIMED, runPaths } from '../folder.ts'

/** What is launched. */
export interface LaunchRequest {
  /** The path of `bin/launch`. */
  readonly launcher: string
  /** The run's folder, which `prepareRun` made. */
  readonly folder: string
  /** What is kept of stdout and of stderr, each. */
  readonly capBytes: number
  readonly words: readonly string[]
  /** Else stdin is empty. */
  readonly promptOnStdin: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Files without which the agent CLI would do something else than its words say: no process starts without them. */
  readonly presumed: readonly Presumption[]
}

/** Whether there is a launcher now. `pid` is its process, group and session. */
export type LaunchResult =
  | { readonly kind: 'launched'; readonly pid: number }
  | { readonly kind: 'unspawnable'; readonly detail: string }

/** Creates the run's folder, open to this user only, with the prompt in it. Throws what the file system says. */
export function prepareRun(folder: string, { prompt }: { readonly prompt: string }): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700) // It may have been there.
  writeFileSync(runPaths(folder).prompt, prompt, { mode: 0o600 })
}

/** Starts the launcher in a session of its own, so that it outlives this process. Never throws. */
export function launchRun(request: LaunchRequest): LaunchResult {
  const { launcher, folder, capBytes, words } = request
  const stdin = request.promptOnStdin ? runPaths(folder).prompt : '/dev/null'
  try {
    const problem =
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
