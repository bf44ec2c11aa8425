/** What is on record of a run, from before it is started until its retention ends. */
import type { AdapterName } from '../config/config.ts'
import type { Moment } from '../base/moment.ts'
import type { GivenFile } from '../handoffs/store.ts'
import type { LimitPlan } from '../isolation/limits.ts'
import type { ProcessIdentity } from '../platform/processes.ts'
import type { Reading } from '../agents/adapter.ts'
import type { Cause, ChildFact } from '../observability/events.ts'
import type { RunChanges } from './changes.ts'
import type { GuardState } from './guard.ts'
import type { EndReason, Outcome } from './outcome.ts'

/** `recorded`: known, perhaps not yet launched. `running`: its launcher was started. */
export type RunState = 'recorded' | 'running' | 'ended'

/** How far marrow's order to end the run has come. */
export interface Ending {
  readonly by: EndReason
  /** When TERM went out; undefined before. */
  readonly termAt: Moment | undefined
  readonly killed: boolean
  /** Everything below the run at the time of the signal: tools put themselves into sessions of their own. */
  readonly descendants: readonly ProcessIdentity[]
}

/** One layer of the prompt that was sent, without its text. */
export interface SentLayer {
  readonly kind: string
  readonly name: string
  readonly source: string
  readonly bytes: number
  readonly digest: string
  readonly volatile: boolean
  /** Given by the agent CLI's own means; missing in rows of older versions. */
  readonly native?: boolean
  readonly failed: string | null
}

/** A layer as it is kept and shown: what it weighs is in, its text is not. */
export function sentLayer(
  share: Omit<SentLayer, 'failed'> & { readonly failed: string | undefined },
): SentLayer {
  const { kind, name, source, bytes, digest, volatile, native, failed } = share
  return { kind, name, source, bytes, digest, volatile, native: native === true, failed: failed ?? null }
}

/** `head` and a digest of the status of a git work_dir. */
export interface GitState {
  readonly head: string
  readonly status: string
  /**
   * What differed from the head already, before a run: path and digest of each file. Missing when nothing did, when it
   * was too much to be kept, and in rows of older versions.
   */
  readonly changed?: readonly (readonly [path: string, digest: string])[]
}

/** What is known when a run is recorded. */
export interface RunPlan {
  readonly id: string
  readonly agent: string
  readonly tick: number
  readonly tickName: string
  readonly role: string | null
  /** Run ids from the first of the chain to the parent; empty for a tick's own run. */
  readonly lineage: readonly string[]
  readonly adapter: AdapterName
  /** The words that are started, redacted. */
  readonly words: readonly string[]
  readonly workDir: string
  readonly workspace: string
  readonly recordedAt: number
  readonly deadline: Moment
  readonly causes: readonly Cause[]
  readonly layers: readonly SentLayer[]
  /** What the gate compares with later, by layer name. */
  readonly digests: Readonly<Record<string, string>>
  readonly promptBytes: number
  readonly coreDigest: string
  readonly operatorDigest: string
  readonly gitBefore: GitState | null
  readonly worldBefore: string | null
  /** What it was started behind; null: nothing. */
  readonly wall: 'bubblewrap' | 'seatbelt' | null
  /** The handoff files that stand in its prompt. */
  readonly handoffs: readonly GivenFile[]
  /** Of the handoffs that its lineage was given, the most hops; null: it was given none. */
  readonly hops: number | null
  /** Whether what it sends may wake another agent: no child of another run, and its role may start a lineage. */
  readonly startsLineage: boolean
  /** How it is limited; null: it may take what there is. */
  readonly limits: LimitPlan | null
  /** Whether its guards are in force; null: there is nothing that it has to show. */
  readonly guard: GuardState | null
}

export interface RunRecord extends RunPlan {
  readonly state: RunState
  readonly identity: ProcessIdentity | undefined
  readonly startedAt: number | undefined
  readonly ending: Ending | undefined
  readonly endedAt: number | undefined
  readonly outcome: Outcome | undefined
  readonly reading: Reading | undefined
  /** Made from the length of what was sent and said, where its agent CLI told no tokens. */
  readonly aboutTokens: number | undefined
  readonly gitAfter: GitState | undefined
  /** Undefined when it changed nothing that git could see. */
  readonly changes: RunChanges | undefined
}

/** Whose child a run is and in which role; null: a tick began it. */
export function asChild({ lineage, role }: Pick<RunPlan, 'lineage' | 'role'>): ChildFact | null {
  const parent = lineage.at(-1)
  return parent === undefined ? null : { role, parent }
}
