import { join } from 'node:path'
import { readJson, type Tx } from '../platform/sqlite.ts'
import type { Config } from '../config/config.ts'
import { readAgent } from '../heartbeat/store/agents.ts'
import type { Core, Life } from './core.ts'

/** What holds everything that starts work. Epoch ms. */
export interface Pause {
  readonly since: number
  readonly reason: string
  readonly by: 'operator' | 'file'
}

/** A file of this name in state_dir pauses as well: the brake that works when the daemon does not answer. */
export const PAUSE_FILE = 'PAUSED'

export function pauseFile(stateDir: string): string {
  return join(stateDir, PAUSE_FILE)
}

/** The pause in force; the operator's own word comes before the file. */
export function readPause(
  core: { readonly config: Pick<Config, 'stateDir'>; readonly life: Pick<Life, 'pausedByFile'> },
  tx: Tx,
): Pause | undefined {
  const stored = readJson<Pause>(tx.get("select value from meta where key = 'paused'")?.['value'])
  if (stored) return stored
  const since = core.life.pausedByFile
  if (since === undefined) return undefined
  return { since, reason: `the file ${pauseFile(core.config.stateDir)} is there`, by: 'file' }
}

/** Keeps over restarts. Undefined lifts it. */
export function storePause(tx: Tx, pause: Pause | undefined): void {
  if (pause === undefined) tx.run("delete from meta where key = 'paused'")
  else tx.run("insert or replace into meta (key, value) values ('paused', ?)", JSON.stringify(pause))
}

/** Why nothing may start, or undefined. */
export function holdOf(core: Pick<Core, 'life' | 'config'>, tx: Tx): string | undefined {
  if (core.life.stopping !== 'no') return 'the daemon is stopping'
  const pause = readPause(core, tx)
  return pause && describePause(pause)
}

/** Why nothing may start for one agent, or undefined. */
export function holdOfAgent(tx: Tx, agent: string): string | undefined {
  const paused = readAgent(tx, agent)?.paused
  return paused && describePause(paused)
}

/** `paused: lunch`, or `paused` where nobody said why. */
export function describePause({ reason }: Pick<Pause, 'reason'>): string {
  return reason === '' ? 'paused' : `paused: ${reason}`
}
