/** What runs show at the agents' door: made with the run, kept as a hash, of no more use than the run lives. */
import { insertToken } from '../delegation/store.ts'
import { agentSocketPath } from '../config/paths.ts'
import type { Tx } from '../platform/sqlite.ts'
import { hashToken, newToken } from '../platform/token.ts'
import { runPaths } from '../runner/folder.ts'
import { folderOf, type Core } from './core.ts'

/** What a run is told of the door. */
export interface AgentsDoor {
  readonly socket: string
  /** The file in its folder that holds its token. */
  readonly tokenFile: string
}

/** The door as the run will find it; undefined while it is not open. */
export function agentsDoorOf(
  { config, life }: Pick<Core, 'config' | 'life'>,
  run: string,
): AgentsDoor | undefined {
  if (!life.agentsDoor) return undefined
  return { socket: agentSocketPath(config.stateDir), tokenFile: runPaths(folderOf(config, run)).token }
}

/** A new token for a run; undefined while there is no door to show it at. */
export function makeToken({ life }: Pick<Core, 'life'>): string | undefined {
  return life.agentsDoor ? newToken() : undefined
}

/** In the transaction that records the run. */
export function keepToken(tx: Tx, run: string, token: string | undefined): void {
  if (token !== undefined) insertToken(tx, run, hashToken(token))
}
