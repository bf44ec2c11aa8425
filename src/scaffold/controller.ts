/** Starts and ends the demo's daemon, and sees to it that no daemon outlives the demo, however the demo ends. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'

/** A daemon that this process started. */
export interface DemoDaemon {
  readonly pid: number
  /** True as soon as the process has ended. */
  ended(): boolean
  /** Ends it as `marrow stop` would, with force after `graceMs`. True when it left by itself. Resolves once it is gone. */
  stop(graceMs: number): Promise<boolean>
  /** Does not wait for its runs. */
  stopAtOnce(): void
}

/** What is needed to start a daemon of its own for one configuration. */
export interface DemoLaunch {
  /** `bin/marrow`, absolute. */
  readonly marrow: string
  readonly config: string
  readonly log: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Starts `marrow run`. Both children have a session of their own: Ctrl-C in the terminal reaches only this process,
 * which then asks the daemon once; a second request would mean "at once".
 */
export async function startDaemon({ marrow, config, log, env }: DemoLaunch): Promise<DemoDaemon> {
  await using file = await open(log, 'a', 0o600)
  const child = spawn(marrow, ['run', '-c', config], {
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
    env,
  })
  await once(child, 'spawn')
  const guard = startGuard({ marrow, config, env })
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
  return {
    pid: child.pid ?? 0,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    stop: async (graceMs) => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await gone
      clearTimeout(timer)
      guard.kill('SIGKILL')
      return child.signalCode !== 'SIGKILL'
    },
    stopAtOnce: () => void child.kill('SIGTERM'),
  }
}

/**
 * Waits for the end of a pipe that only this process holds open. The pipe closes whatever ends this process, kill -9
 * included, and then the daemon is asked to stop through its socket: by then its pid may be another's.
 */
function startGuard({ marrow, config, env }: Omit<DemoLaunch, 'log'>): ChildProcess {
  const script = 'cat >/dev/null; exec "$0" stop -c "$1"'
  const guard = spawn('/bin/sh', ['-c', script, marrow, config], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env,
  })
  guard.on('error', () => {}) // Without it the demo works all the same.
  guard.stdin?.on('error', () => {})
  return guard
}
