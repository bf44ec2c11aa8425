import type { Usage } from '../agents/adapter.ts'
import type { LimitName } from '../limits/words.ts'
import type { Outcome } from '../runner/outcome.ts'

/** Who or what made a tick happen. */
export type Cause = 'schedule' | 'operator' | 'handoff' | 'tasks' | 'run-once' | 'delegation'

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
  'tick.begun': {
    tick: string
    causes: readonly Cause[]
    missed: number
    /** Its slot came while the daemon was down or the machine asleep. */
    caughtUp: boolean
    latenessMs: number
  }
  'tick.quiet': { tick: string; reason: string; savedTokens: number; durationMs: number }
  'tick.held': { tick: string; reason: string }
  'tick.failed': { tick: string; reason: string }
  'provider.failed': { provider: string; reason: string }
  'run.started': {
    tick: string
    pid: number
    promptBytes: number
    latenessMs: number
    child: ChildFact | null
  }
  'run.adopted': { pid: number; child: ChildFact | null }
  'run.unstarted': { reason: string; child: ChildFact | null }
  /** Nothing shows that what keeps it from starting agents of its own is in force. */
  'guard.missing': { reason: string }
  'run.ending': { by: string; child: ChildFact | null }
  'run.ended': {
    outcome: Outcome
    durationMs: number
    /** The sum of `usage`. */
    tokens: number | null
    usage: Usage | null
    costUsd: number | null
    /** Made from the length of what was sent and said, where the agent CLI told no tokens. */
    aboutTokens: number | null
    child: ChildFact | null
  }
  'wake.received': { cause: Cause; reason: string }
  'breaker.opened': { reason: string; reopensAt: string }
  'breaker.closed': Record<string, never>
  'agent.held': { reason: string; until: string | null }
  'agent.no-progress': { attempts: number; retryAt: string }
  /** Four fifths of a limit are spent; told once a day. */
  'limit.near': LimitFact
  /** Nothing that counts for this limit is started before `until`. */
  'limit.reached': LimitFact & { until: string }
  'work.paused': { reason: string; by: 'operator' | 'file' }
  'work.resumed': Record<string, never>
  'task.added': { file: string; title: string }
  /** A run left the file among the tasks that are done. */
  'task.finished': { file: string; title: string }
  /** A handoff to a person lies in a workspace. */
  'handoff.left': { from: string; file: string; title: string }
  /** marrow wrote a handoff for a run or the operator. */
  'handoff.sent': { to: string; file: string; title: string }
  /** It waits for its receiver's next run, although that is woken by handoffs. */
  'handoff.held': { file: string; rule: string; reason: string }
  /** What the operator should have been told could not be delivered, and is not tried again. */
  'notice.failed': { to: string; reason: string }
  /** A run may hand this task to that role: a run of its own is made ready. */
  'delegation.allowed': { role: string; child: string; detached: boolean }
  'delegation.refused': { role: string; rule: string; reason: string }
  /** It was allowed, and never became a run. */
  'delegation.failed': { role: string; child: string; reason: string }
  /** Somebody asked at the agents' door who may not; told once a minute of the same. */
  'door.refused': { verb: string; reason: string }
  /** The operator had records removed before their time. */
  'state.cleaned': { runs: number; bytes: number }
  /** Somebody had changed a cast file: it is as it was, and the changed text lies at `kept`. */
  'cast.restored': { path: string; kept: string }
  /** An agent got a worktree of its own. */
  'worktree.made': { path: string; branch: string; repository: string }
  /** Nobody wants it any more, and nothing in it was unsaved or unmerged. */
  'worktree.removed': { path: string; branch: string }
  /** Nobody wants it any more, and something would be lost. */
  'worktree.kept': { path: string; branch: string; reason: string }
  'step.failed': { step: string; error: string }
}

/** Of a run that another one asked for, and which is told of under the same agent; null of a tick's own. */
export interface ChildFact {
  role: string | null
  /** The run that asked for it. */
  parent: string
}

/** How a limit stands. Of `keep_plan_percent` the figures are percent of the plan's window. */
export interface LimitFact {
  limit: LimitName
  /** Whether it holds for all agents together, or for the one that the event is about. */
  scope: 'all' | 'agent'
  /** What is spent, with what running ones are expected to spend. */
  used: number
  of: number
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
