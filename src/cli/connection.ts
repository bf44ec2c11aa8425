/** Owns which configuration a command means, and the line to the daemon that runs with it. */
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { MarrowError } from '../base/errors.ts'
import { findConfig, invalid, readConfig, readSocket } from '../config/load.ts'
import { agentSocketPath, defaultSocketPath, defaultStateDir } from '../config/paths.ts'
import type { Search } from '../config/search.ts'
import { ask, follow } from '../ipc/client.ts'
import { routes } from '../ipc/routes.ts'
import { isInRun, openRunDoor } from './run-door.ts'
import type { EventMessage } from '../ipc/protocol/events.ts'
import type { RequestOf, ResultOf, VerbOf } from '../ipc/protocol/table.ts'

/** What every command understands. */
export interface CommonOptions {
  readonly config?: string | undefined
  readonly verbose?: boolean | undefined
}

/** The daemon of one configuration, whether it runs or not. */
export interface Connection {
  readonly configPath: string
  readonly stateDir: string
  readonly socketPath: string
  /** Whether this command is called by a run of that daemon, however it named the configuration. */
  readonly isOfRun: boolean
  ask<V extends VerbOf<'json'>>(verb: V, params: RequestOf<V>, options?: AskSettings): Promise<ResultOf<V>>
  /** Events as they happen, until the daemon ends the stream. */
  follow(params: RequestOf<'events'>): AsyncIterable<EventMessage>
}

/** How long to wait for this one answer, and what ends the wait early. */
export interface AskSettings {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** The daemon answers from memory and local files: what takes longer than this is a daemon that hangs. */
const USUAL_TIMEOUT_MS = 10_000

/** From where and with what this command looks for its configuration. */
export function searchOf({ config }: CommonOptions): Search {
  return { flag: config, env: process.env, cwd: currentFolder(), home: homedir() }
}

function currentFolder(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new MarrowError('NOT_FOUND', 'Cannot look around: the current folder was removed.', {
      fix: 'Go to another one: cd',
      cause,
    })
  }
}

/** The configuration file of a command. Throws CONFIG_MISSING. */
export function configPathOf(options: CommonOptions): string {
  return findConfig(searchOf(options)).path
}

/** Finds the configuration and where its daemon listens; asks nothing yet. Throws CONFIG_MISSING, in a run NOT_ALLOWED. */
export function connect(options: CommonOptions): Connection {
  const place = searchOf(options)
  const configPath = pathToConnect(options)
  const written = readSocket(configPath, place)
  const stateDir = written?.stateDir ?? defaultStateDir(place)
  const socketPath = written?.socketPath ?? defaultSocketPath(stateDir)
  const config = realpathSync(configPath)
  // Another configuration may be named by agents that work on marrow itself.
  const isOfRun =
    isInRun() && (options.config === undefined || process.env['MARROW_SOCKET'] === agentSocketPath(stateDir))
  return {
    configPath,
    stateDir,
    socketPath,
    isOfRun,
    follow: (params) => follow(socketPath, params, { config }),
    ask: async (verb, params, { timeoutMs = USUAL_TIMEOUT_MS, signal } = {}) => {
      // What a run asks for it asks as that run: there it hears what it may, and the operator hears of what it may not.
      if (routes[verb].method === 'POST' && isOfRun) {
        const { token, socketPath: own } = openRunDoor(verb)
        return await ask(own, verb, params, { timeoutMs, token, signal })
      }
      try {
        return await ask(socketPath, verb, params, { timeoutMs, config, signal })
      } catch (error) {
        // A daemon keeps going on its last good configuration; only when none answers is the broken file the reason.
        if (isNobody(error) && written === undefined) await throwMistakes(configPath, place)
        throw error
      }
    },
  }
}

/** Behind a wall a run sees none: how to make one is no advice for it. */
function pathToConnect(options: CommonOptions): string {
  try {
    return configPathOf(options)
  } catch (cause) {
    if (options.config !== undefined || !isInRun()) throw cause
    throw new MarrowError('NOT_ALLOWED', 'Cannot ask the daemon: this run sees no configuration.', {
      fix: 'What only the operator can do: hand it to human, with the reason.',
      cause,
    })
  }
}

/** Whether no daemon runs: the commands that can, then work without one. */
export function isNobody(error: unknown): boolean {
  return error instanceof MarrowError && error.code === 'DAEMON_NOT_RUNNING'
}

async function throwMistakes(path: string, place: Search): Promise<void> {
  const { problems } = await readConfig(path, place)
  if (problems.length > 0) throw invalid(path, problems)
}
