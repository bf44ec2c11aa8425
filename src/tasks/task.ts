/** A task of the board: what it is, and where it stands. */
import { z } from 'zod'
import type { Moment } from '../base/moment.ts'

/** A task's id: `t-` and eight of a-z2-7. Only the core gives ids. */
export const TaskId = z
  .string()
  .regex(/^t-[a-z2-7]{8}$/)
  .brand<'TaskId'>()
export type TaskId = z.infer<typeof TaskId>

/** Who made a task, or did something to it. */
export type Party =
  | { readonly kind: 'operator' }
  /** Known by the token of its run, never by what it says. */
  | { readonly kind: 'run'; readonly run: string; readonly agent: string }
  /** Somebody who changed files in the face of the board; nobody knows who. */
  | { readonly kind: 'file' }
  | { readonly kind: 'schedule'; readonly name: string }
  /** marrow itself: a lease that ran out, a run that ended, a check. */
  | { readonly kind: 'core' }

/** Who has claimed a task. */
export interface Holder {
  readonly by: Party
  /** Counts the claims of this task, from 1: what a holder of an earlier one reports changes nothing. */
  readonly generation: number
  /** Epoch ms. */
  readonly since: number
  /** Until when the claim holds without a sign of life; undefined: as long as it takes (a person holds it). */
  readonly lease: Moment | undefined
}

/** What is run before a task counts as done. */
export interface Verification {
  /** Each is one command line for `sh -c`, and must exit 0. At least one. */
  readonly commands: readonly string[]
  readonly deadlineMs: number
}

/** Where the verification of a claimed task stands. */
export type Check =
  | { readonly state: 'none' }
  /** The holder says that it is done. `orphaned`: it is gone since, and the check alone decides. */
  | { readonly state: 'running'; readonly result: string; readonly orphaned: string | undefined }
  | { readonly state: 'failed'; readonly output: string; readonly at: number }

/** What an attempt left behind for the next one. */
export interface Attempt {
  readonly holder: Holder
  /** Epoch ms. */
  readonly endedAt: number
  /** Why it ended without the task being done, in a sentence. */
  readonly reason: string
  /** What could be saved of it; each undefined where there was nothing. */
  readonly left: Left
}

export interface Left {
  readonly notes: string | undefined
  readonly branch: string | undefined
  readonly lastOutput: string | undefined
}

export const NOTHING_LEFT: Left = { notes: undefined, branch: undefined, lastOutput: undefined }

/** Where a task stands; each status with its own data. */
export type TaskState =
  | { readonly status: 'todo' }
  | { readonly status: 'claimed'; readonly holder: Holder; readonly check: Check }
  /** Waits for a person or another agent; nobody holds it. */
  | { readonly status: 'blocked'; readonly reason: string; readonly by: Party; readonly at: number }
  | { readonly status: 'review'; readonly result: string; readonly by: Party; readonly at: number }
  | { readonly status: 'done'; readonly result: string; readonly by: Party; readonly at: number }
  | { readonly status: 'failed'; readonly reason: string; readonly at: number }
  | {
      readonly status: 'cancelled'
      readonly reason: string
      readonly by: Party
      readonly at: number
    }

/** One unit of work. */
export interface Task {
  readonly id: TaskId
  readonly project: string
  readonly title: string
  readonly body: string
  /** The higher, the sooner; 0 where nobody said. */
  readonly priority: number
  readonly labels: readonly string[]
  /** The id of the role that it suits; undefined: any. */
  readonly role: string | undefined
  readonly verification: Verification | undefined
  /** True: somebody else looks at it before it counts as done. */
  readonly review: boolean
  /** How many attempts may end without a result before it counts as failed. */
  readonly attemptsMax: number
  /** Those that ended without a result since it was last begun afresh, oldest first. */
  readonly attempts: readonly Attempt[]
  /** How often it was claimed. */
  readonly generation: number
  /** When its newest claim began; undefined: it was never claimed, or begun afresh since. */
  readonly claimedAt: number | undefined
  readonly createdBy: Party
  /** Epoch ms, as all times here. */
  readonly createdAt: number
  readonly updatedAt: number
  /** Not handed out before; undefined: at once. */
  readonly notBefore: number | undefined
  /** Dependencies that are not done. */
  readonly waitsFor: number
  /** Of these the ones that never will be: failed, cancelled, or unreachable themselves. */
  readonly deadEnds: number
  readonly state: TaskState
}

/** Nothing happens to it any more by itself. */
export function isOver({ state: { status } }: Pick<Task, 'state'>): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled'
}

/** It can never be worked on, unless somebody mends what it depends on. */
export function isUnreachable(task: Pick<Task, 'state' | 'deadEnds'>): boolean {
  return !isOver(task) && task.deadEnds > 0
}

/** It can be claimed now. */
export function isReady(task: Task, now: number): boolean {
  const { state, waitsFor, notBefore } = task
  return state.status === 'todo' && waitsFor === 0 && (notBefore === undefined || notBefore <= now)
}

/** Who it is, as it stands in a sentence. */
export function describeParty(party: Party): string {
  switch (party.kind) {
    case 'operator':
      return 'the operator'
    case 'run':
      return `${party.agent} (${party.run})`
    case 'file':
      return 'somebody, by its file'
    case 'schedule':
      return `the schedule ${party.name}`
    case 'core':
      return 'marrow'
  }
}
