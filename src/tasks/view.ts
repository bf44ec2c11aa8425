/** Owns a task as views see it: plain data that travels, without the texts that only its holder needs. */
import { isOver, isReady, isUnreachable, type Party, type Task, type TaskState } from './task.ts'

/** Where a task stands, in one word. */
export type TaskStatus = TaskState['status']

/** Who has claimed a task, as views show it. */
export interface HolderView {
  /** Its agent; `operator` where a person holds it. */
  readonly name: string
  /** Epoch ms, as all times here. */
  readonly since: number
  /** Its last sign of life; null: none is expected, or none is known. */
  readonly last_sign: number | null
}

/** An attempt that ended without a result. */
export interface AttemptView {
  readonly name: string
  readonly since: number
  readonly ended_at: number
  readonly reason: string
}

/** A task of the board for tables, pictures and counts. */
export interface BoardTask {
  readonly id: string
  readonly project: string
  readonly title: string
  readonly status: TaskStatus
  readonly priority: number
  readonly labels: readonly string[]
  readonly role: string | null
  /** It can be claimed now. */
  readonly ready: boolean
  /** It can never be worked on, unless somebody mends what it depends on. */
  readonly unreachable: boolean
  /** The ids of what it waits for, done or not. */
  readonly waits_for: readonly string[]
  /** How many of these are not done. */
  readonly waits_for_open: number
  /** Not handed out before; null: at once. */
  readonly not_before: number | null
  readonly holder: HolderView | null
  /** Who brought it to where it stands; null: it does not matter there, or nobody did. */
  readonly by: string | null
  /** Why it is blocked, failed or cancelled. */
  readonly reason: string | null
  readonly attempts: readonly AttemptView[]
  readonly created_at: number
  readonly updated_at: number
  /** When its newest claim began; null: it was never claimed. */
  readonly claimed_at: number | null
  /** When it was over. */
  readonly finished_at: number | null
}

/** What the row of a task does not say of it. */
export interface TaskFacts {
  /** The ids of what it waits for, done or not. */
  readonly waitsFor: readonly string[]
  /** The last sign of life of its holder. */
  readonly lastSign: number | undefined
}

/** The task as it is shown at `now` (epoch ms). */
export function viewOf(task: Task, facts: TaskFacts, now: number): BoardTask {
  const { state } = task
  const holder = state.status === 'claimed' ? state.holder : undefined
  return {
    id: task.id,
    project: task.project,
    title: task.title,
    status: state.status,
    priority: task.priority,
    labels: task.labels,
    role: task.role ?? null,
    ready: isReady(task, now),
    unreachable: isUnreachable(task),
    waits_for: facts.waitsFor,
    waits_for_open: task.waitsFor,
    not_before: task.notBefore ?? null,
    holder: holder
      ? { name: nameOf(holder.by), since: holder.since, last_sign: facts.lastSign ?? null }
      : null,
    by: 'by' in state ? nameOf(state.by) : null,
    reason: 'reason' in state ? state.reason : null,
    attempts: task.attempts.map((attempt) => ({
      name: nameOf(attempt.holder.by),
      since: attempt.holder.since,
      ended_at: attempt.endedAt,
      reason: attempt.reason,
    })),
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    claimed_at: task.claimedAt ?? null,
    finished_at: isOver(task) && 'at' in state ? state.at : null,
  }
}

function nameOf(party: Party): string {
  switch (party.kind) {
    case 'run':
      return party.agent
    case 'schedule':
      return party.name
    case 'core':
      return 'marrow'
    case 'operator':
    case 'file':
      return party.kind
  }
}

/** Whether nothing happens to it any more by itself. */
export function isEnded({ status, unreachable }: BoardTask): boolean {
  return unreachable || status === 'done' || status === 'failed' || status === 'cancelled'
}

/** How long its holder has been silent, ms; undefined: not long enough to worry. */
export function silenceOf({ holder }: BoardTask, now: number): number | undefined {
  if (holder === null || holder.last_sign === null) return undefined
  const silence = now - holder.last_sign
  return silence >= SILENCE_MS ? silence : undefined
}

const SILENCE_MS = 300_000 // A model that thinks hard says nothing for a few minutes.
