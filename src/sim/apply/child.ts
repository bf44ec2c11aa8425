// Owns the processes that the simulated agent leaves behind, as the tools of real agent CLIs do.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Child } from '../words.ts'

/** Starts one and returns its pid. It outlives the simulated agent and ends by itself. */
export async function leaveChild(child: Child): Promise<number> {
  const { spawn } = await import('node:child_process')
  const sleep = `${child.deaf ? "trap '' TERM INT HUP; " : ''}exec sleep ${Math.max(1, Math.ceil(child.ms / 1_000))}`
  const env = child.scrubbed ? { PATH: '/usr/bin:/bin' } : process.env
  const output = child.stdout ? 'inherit' : 'ignore'
  if (!child.double) {
    const started = spawn('sh', ['-c', sleep], {
      detached: child.session,
      env,
      stdio: ['ignore', output, output],
    })
    started.unref()
    return pidOf(started)
  }
  // The one in between says the pid on its third pipe and ends, so that nobody of the run is the parent.
  const between = spawn('sh', ['-c', `(${sleep}) 3>&- & echo $! >&3`], {
    detached: child.session,
    env,
    stdio: ['ignore', output, output, 'pipe'],
  })
  const said = between.stdio[3]
  let pid = ''
  said?.on('data', (chunk: Buffer) => {
    pid += chunk.toString()
  })
  await once(between, 'close')
  return Number(pid)
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('sh cannot be started')
  return pid
}
