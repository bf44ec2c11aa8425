/** Owns how a command finds the agents' door when it is called from inside a run. */
import { readFileSync } from 'node:fs'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { ask, type AskOptions } from '../ipc/client.ts'
import type { RequestOf, ResultOf, VerbAt, VerbOf } from '../ipc/protocol/table.ts'

/** What a run may ask and get as JSON. */
export type RunVerb = VerbOf<'json'> & VerbAt<'agent'>

/** The door, and what is shown there. */
export interface RunDoor {
  readonly socketPath: string
  readonly token: string
}

/** Whether this process belongs to a run. */
export function isInRun(env: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(env['MARROW_TOKEN_FILE'])
}

/** Throws USAGE outside of a run, UNKNOWN_TOKEN when the token cannot be read. */
export function openRunDoor(verb: string, env: NodeJS.ProcessEnv = process.env): RunDoor {
  const { MARROW_SOCKET: socketPath = '', MARROW_TOKEN_FILE: tokenFile = '' } = env
  if (socketPath === '' || tokenFile === '') {
    throw new MarrowError('USAGE', `Cannot ${verb}: this is no run of an agent.`, {
      fix: 'A run is told of its door by marrow. You give work by: marrow task add, marrow wake, marrow ask.',
    })
  }
  try {
    return { socketPath, token: readFileSync(tokenFile, 'utf8').trim() }
  } catch (cause) {
    throw new MarrowError(
      'UNKNOWN_TOKEN',
      `Cannot ${verb}: the token of the run cannot be read: ${reasonOf(cause)}.`,
      {
        fix: 'MARROW_TOKEN_FILE names it; it is there for as long as the run is.',
        cause,
      },
    )
  }
}

/** Asks as the run. Throws what the daemon answered, DAEMON_NOT_RUNNING, DAEMON_SILENT. */
export function askAsRun<V extends RunVerb>(
  { socketPath, token }: RunDoor,
  verb: V,
  params: RequestOf<V>,
  options: Pick<AskOptions, 'timeoutMs' | 'signal'>,
): Promise<ResultOf<V>> {
  return ask(socketPath, verb, params, { ...options, token })
}
