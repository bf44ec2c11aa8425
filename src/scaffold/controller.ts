/** Starts and ends the demo's daemon, and sees to it that nothing outlives the demo, however the demo ends. */
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
  /** Nothing is left to clean up: from now on the end of this process means nothing any more. */
  release(): void
}

/** What is needed to start a daemon of its own for one configuration. */
export interface DemoLaunch {
  /** `bin/marrow`, absolute. */
  readonly marrow: string
  /** Its path tells this daemon from every other process. */
  readonly config: string
  readonly log: string
  /** Removed if this process cannot do it any more; undefined: everything is kept. */
  readonly removeAfter: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Starts `marrow run`. Both children have a session of their own: Ctrl-C in the terminal reaches only this process,
 * which then asks the daemon once; a second request would mean "at once".
 */
export async function startDaemon(launch: DemoLaunch): Promise<DemoDaemon> {
  const { marrow, config, log, env } = launch
  await using file = await open(log, 'a', 0o600)
  const child = spawn(marrow, ['run', '-c', config], {
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
    env,
  })
  // Before anything is awaited: from here on this process may be killed at any moment.
  const guard = child.pid === undefined ? undefined : startGuard(child.pid, launch)
  await once(child, 'spawn')
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
  return {
    pid: child.pid ?? 0,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    stop: async (graceMs) => {
      guard?.stdin?.write('asked') // At once, so that the guard knows it even if this process ends right here.
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await gone
      clearTimeout(timer)
      return child.signalCode !== 'SIGKILL'
    },
    release: () => void guard?.kill('SIGKILL'),
  }
}

/**
 * Waits for the end of a pipe that only this process holds open: it closes whatever ends this process, kill -9
 * included. Then it ends the daemon as `stop` would and removes the folder. A daemon that was asked already is not
 * asked again: that would mean "at once", and its runs would stay behind. The pid may be another's by then, so it counts
 * only while its command line names our configuration.
 */
const guardScript = `
pid=$1 config=$2 folder=$3 tries=0
asked=$(cat)
is_there() {
  case $(tr '\\000' ' ' <"/proc/$pid/cmdline" 2>/dev/null || ps -ww -p "$pid" -o command=) in *"$config"*) ;; *) return 1 ;; esac
}
[ -n "$asked" ] || { is_there && kill -TERM "$pid"; }
while is_there; do
  [ $((tries += 1)) -le 150 ] || kill -KILL "$pid"
  sleep 0.1
done
[ -z "$folder" ] || rm -rf "$folder"
`

function startGuard(pid: number, { config, removeAfter, env }: DemoLaunch): ChildProcess {
  const guard = spawn(
    '/bin/sh',
    ['-c', guardScript, 'marrow-demo-guard', String(pid), config, removeAfter ?? ''],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env,
    },
  )
  guard.on('error', () => {}) // Without it the demo works all the same.
  guard.stdin?.on('error', () => {})
  return guard
}
