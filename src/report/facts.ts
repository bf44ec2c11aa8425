/** Owns what a report is made of, before anything of it is decided or worded. Times are epoch ms. */
import type { Breaker } from '../heartbeat/breaker.ts'
import type { JournalRow } from '../observability/events.ts'
import type { Progress } from '../prompt/progress.ts'
import type { RunChanges } from '../runner/changes.ts'
import type { Outcome } from '../runner/outcome.ts'
import type { Period } from './period.ts'

/** Everything that is known. */
export interface Facts {
  readonly period: Period
  readonly now: number
  readonly situation: Situation
  readonly journal: Journal
  /** Of the period that this one is compared with; undefined when the journal does not reach back so far. */
  readonly before: ReadonlyMap<string, readonly Ending[]> | undefined
}

/** How things stand now. */
export interface Situation {
  readonly daemonRuns: boolean
  /** The configuration file, for commands. */
  readonly configPath: string
  /** What is wrong with it as it lies on the disk. */
  readonly configProblems: readonly string[]
  readonly configRejectedAt: number | undefined
  readonly pause: { readonly since: number; readonly reason: string; readonly lift: string } | undefined
  /** In the order of the configuration. */
  readonly agents: readonly AgentSituation[]
  readonly limits: readonly LimitReached[]
  readonly worktrees: readonly KeptWorktree[]
  readonly handoffs: readonly WaitingHandoff[]
  /** What else is to be said of them: how many more there are, why some cannot be looked at. */
  readonly handoffNotes: readonly string[]
  /** Steps of the loop that fail and are tried again. */
  readonly steps: readonly {
    readonly name: string
    readonly error: string
    readonly since: number | undefined
  }[]
}

/** How one agent stands now. */
export interface AgentSituation {
  readonly name: string
  readonly breaker: Breaker
  /** When what holds it began; undefined: not known. */
  readonly heldSince: number | undefined
  readonly progress: Progress | undefined
  readonly stuckSince: number | undefined
  readonly paused: { readonly since: number; readonly reason: string } | undefined
  /** Why its isolation keeps it from being started. */
  readonly isolation: string | undefined
  readonly open: { readonly run: string; readonly since: number | undefined } | undefined
}

/** A limit that holds agents back. */
export interface LimitReached {
  /** Undefined: all agents together. */
  readonly agent: string | undefined
  /** `5 of 5 runs a day`. */
  readonly what: string
  readonly since: number
  readonly until: number
}

/** A worktree that nobody wants any more, kept because something in it would be lost. */
export interface KeptWorktree {
  readonly agent: string
  readonly path: string
  readonly branch: string
  readonly reason: string
  /** The command that shows it. */
  readonly look: string
  /** Undefined: the journal does not know any more. */
  readonly since: number | undefined
}

/** A file that waits for a person. */
export interface WaitingHandoff {
  readonly from: string
  readonly path: string
  readonly title: string
  readonly since: number
}

/** What the journal and the runs on record say of the period. */
export interface Journal {
  /** When its first row was written; undefined for an empty one. */
  readonly from: number | undefined
  readonly activity: ReadonlyMap<string, Activity>
  /** Rows of the kinds that are told one by one, oldest first. */
  readonly rows: readonly JournalRow[]
  readonly tasks: readonly JournalRow[]
  readonly tasksFinished: number
  readonly changes: readonly ChangedRun[]
  readonly changedRuns: number
  /** Of all of them. */
  readonly commits: number
  /** When no daemon ran. */
  readonly downtime: readonly Downtime[]
}

/** A time without a daemon; `to` is undefined when it goes on. */
export interface Downtime {
  readonly from: number
  readonly to: number | undefined
  readonly stopped: boolean
}

/** What one agent did in the period. */
export interface Activity {
  readonly ticks: number
  readonly caughtUp: number
  readonly missedSlots: number
  readonly quiet: number
  readonly savedTokens: number
  readonly started: number
  readonly endings: readonly Ending[]
  readonly failedTicks: readonly Reason[]
  readonly heldTicks: readonly Reason[]
}

/** Runs that ended in the same way. */
export interface Ending {
  readonly outcome: Outcome | Others
  readonly count: number
  /** The last of them. */
  readonly run: string | null
  readonly tokens: number | null
  readonly aboutTokens: number | null
  readonly costUsd: number | null
}

/** Ways to end of one kind that were too many to be told apart. */
export interface Others {
  readonly kind: 'others'
  readonly ended: string
  readonly by: string | null
}

/** Ticks that ended for the same reason. */
export interface Reason {
  /** Null: for reasons that were too many to be told apart. */
  readonly reason: string | null
  readonly count: number
}

/** What one run changed. */
export interface ChangedRun {
  readonly run: string
  readonly agent: string
  readonly endedAt: number
  readonly workDir: string
  readonly changes: RunChanges
}

/** An agent of which the period knows nothing. */
export const noActivity: Activity = {
  ticks: 0,
  caughtUp: 0,
  missedSlots: 0,
  quiet: 0,
  savedTokens: 0,
  started: 0,
  endings: [],
  failedTicks: [],
  heldTicks: [],
}
