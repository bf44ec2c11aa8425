/** Owns where the measured program is, and how a program of this checkout is started. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

/** The checkout that this benchmark belongs to. */
export const root = join(import.meta.dirname, '..')

/** The launcher of runs. */
export const launcher = join(root, 'bin', 'launch')

/** What every measured program gets: nothing of ours, so that all of them see the same. */
export const plainEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  LANG: 'C',
  TERM: 'dumb',
}

/** Starts a script of `bench/programs/` with this Node. It answers in lines on stdout. */
export function startProgram(name: string, ...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(root, 'bench', 'programs', name), ...words], {
    env: plainEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** All that a process prints until it ends. Throws when it fails. */
export async function outputOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${String(code)}`)
  return Buffer.concat(chunks).toString()
}

/** Ends a process that was started here, and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}
