import type { Usage } from '../agents/adapter.ts'
import type { Outcome } from '../runner/outcome.ts'

/** Who or what made a tick happen. */
export type Cause = 'schedule' | 'operator' | 'handoff' | 'tasks' | 'run-once'

/**
 * Every fact that the journal can hold, with its payload. The log, the status and the tests listen to the same
 * stream. Prompts and environments never enter it.
 */
export interface EventMap {
  'daemon.started': {
    pid: number
    version: string
    adopted: number
    finished: number
    lost: number
    unstarted: number
  }
  'daemon.stopped': { how: 'stop' | 'hand-over' }
  'config.loaded': { path: string; agents: number; warnings: number }
  'config.rejected': { path: string; problems: readonly string[] }
  'clock.jumped': { ms: number }
  /** `by`: what runs are kept behind from now on; null: nothing, and why. */
  'wall.tested': { by: string | null; reason: string | null; fix: string | null }
  'tick.begun': { tick: string; causes: readonly Cause[]; missed: number; latenessMs: number }
  'tick.quiet': { tick: string; reason: string; savedTokens: number; durationMs: number }
  'tick.held': { tick: string; reason: string }
  'tick.failed': { tick: string; reason: string }
  'provider.failed': { provider: string; reason: string }
  'run.started': { tick: string; pid: number; promptBytes: number; latenessMs: number }
  'run.adopted': { pid: number }
  'run.unstarted': { reason: string }
  'run.ending': { by: string }
  'run.ended': {
    outcome: Outcome
    durationMs: number
    /** The sum of `usage`. */
    tokens: number | null
    usage: Usage | null
    costUsd: number | null
  }
  'wake.received': { cause: Cause; reason: string }
  'breaker.opened': { reason: string; reopensAt: string }
  'breaker.closed': Record<string, never>
  'agent.held': { reason: string; until: string | null }
  'agent.no-progress': { attempts: number; retryAt: string }
  'work.paused': { reason: string; by: 'operator' | 'file' }
  'work.resumed': Record<string, never>
  'task.added': { file: string; title: string }
  'step.failed': { step: string; error: string }
}

export type EventKind = keyof EventMap

/** One row of the journal. Ids are integers that only grow, over restarts too. */
export interface JournalRow {
  readonly id: number
  readonly at: number
  readonly kind: string
  readonly agent: string | null
  readonly run: string | null
  readonly data: Readonly<Record<string, unknown>>
}
