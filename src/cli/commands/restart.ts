import { setTimeout as sleep } from 'node:timers/promises'
import { MarrowError } from '../../base/errors.ts'
import { connect, type CommonOptions, type Connection } from '../connection.ts'
import { print, printJson } from '../output.ts'
import { isPassing } from '../patience.ts'
import { counted } from '../../base/numbers.ts'

const NEXT_MS_MAX = 12_000 // launchd waits 10 s before it starts a service again; systemd far less.
const LOOK_EVERY_MS = 100

/**
 * `marrow restart`: the daemon leaves and every run goes on. A service manager starts the next one; where there is none
 * the command fails after a while, so that nobody believes that a daemon runs. Throws DAEMON_NOT_RUNNING.
 */
export async function restart(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const connection = connect(options)
  const tell = options.json ? () => {} : print
  const { pid } = await connection.ask('restart', {})
  tell(`✓ marrow (pid ${pid}) hands over: its runs go on`)
  const next = await nextDaemon(connection, pid)
  if (next !== undefined) {
    const runs = next.adopted === 0 ? '' : ` and has taken over ${counted(next.adopted, 'run')}`
    tell(`✓ marrow (pid ${next.pid}) works in its place${runs}`)
    if (options.json) printJson({ ok: true, pid, next })
    return 0
  }
  throw new MarrowError(
    'DAEMON_NOT_RUNNING',
    `Cannot see the next daemon: none has answered for ${NEXT_MS_MAX / 1_000} s. Runs go on, but nothing new begins.`,
    { fix: `If no service manager does it, start it with: marrow run -c ${connection.configPath}` },
  )
}

interface Next {
  readonly pid: number
  readonly adopted: number
}

/** The first daemon with another pid; undefined when none came in time. */
async function nextDaemon(connection: Connection, leaving: number): Promise<Next | undefined> {
  const attemptsMax = NEXT_MS_MAX / LOOK_EVERY_MS
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    try {
      const { pid, adopted } = await connection.ask('status', {})
      if (pid !== leaving) return { pid, adopted: adopted.adopted }
    } catch (error) {
      if (!isPassing(error)) throw error
    }
    await sleep(LOOK_EVERY_MS)
  }
  return undefined
}
