/** Owns what may happen to a task: every way in (commands, agents, files, the core itself) is judged here. */
import { counted } from '../base/numbers.ts'
import type { Moment } from '../base/moment.ts'
import {
  describeParty,
  isOver,
  isReady,
  NOTHING_LEFT,
  type Holder,
  type Left,
  type Party,
  type Task,
  type TaskState,
} from './task.ts'

/** What somebody wants to happen to a task. */
export type TaskEvent =
  | { readonly kind: 'claim'; readonly lease: Moment | undefined }
  /** A sign of life of the holder. */
  | { readonly kind: 'renew'; readonly lease: Moment }
  | { readonly kind: 'finish'; readonly result: string }
  /** How the verification commands of one generation ended. */
  | { readonly kind: 'checked'; readonly generation: number; readonly ok: boolean; readonly output: string }
  | { readonly kind: 'release'; readonly reason: string; readonly left: Left }
  /** Lease or run of the holder are over. */
  | { readonly kind: 'lose'; readonly reason: string; readonly left: Left }
  | { readonly kind: 'block'; readonly reason: string }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'cancel'; readonly reason: string }
  | { readonly kind: 'approve' }
  | { readonly kind: 'reject'; readonly reason: string }
  /** From the beginning, with all attempts: of one that is blocked, over or at its last attempt. */
  | { readonly kind: 'retry' }

/** Why nothing happens. */
export interface Refusal {
  /** `lost`: the task was taken from who asks. `held`: somebody else has it. `right`: not for who asks. `state`: not now. */
  readonly kind: 'lost' | 'held' | 'right' | 'state'
  /** Goes on from "Cannot … task: ". */
  readonly reason: string
}

export type Transition =
  | { readonly ok: true; readonly task: Task }
  | { readonly ok: false; readonly refusal: Refusal }

/** Who asks, and when. */
export interface Asked {
  readonly by: Party
  /** Epoch ms. */
  readonly at: number
}

/** The task after the event, or why there is none. The same event of the same run a second time changes nothing. */
export function applyEvent(task: Task, event: TaskEvent, asked: Asked): Transition {
  switch (event.kind) {
    case 'claim':
      return claim(task, event.lease, asked)
    case 'renew':
      return held(task, asked, (state) =>
        to(task, asked, { ...state, holder: { ...state.holder, lease: event.lease } }),
      )
    case 'finish':
      return finish(task, event.result, asked)
    case 'checked':
      return checked(task, event, asked)
    case 'release':
      return held(task, asked, ({ holder }) => giveBack(task, asked, { holder, ...event }))
    case 'lose':
      return lose(task, event, asked)
    case 'block':
      return block(task, event.reason, asked)
    case 'fail':
      return fail(task, event.reason, asked)
    case 'cancel':
      return cancel(task, event.reason, asked)
    case 'approve':
    case 'reject':
      return review(task, event, asked)
    case 'retry':
      return retry(task, asked)
  }
}

function claim(task: Task, lease: Moment | undefined, asked: Asked): Transition {
  const { state } = task
  if (state.status === 'claimed') {
    return isSame(state.holder.by, asked.by)
      ? { ok: true, task }
      : refuse('held', `${describeParty(state.holder.by)} holds it`)
  }
  if (state.status !== 'todo') return refuse('state', `it is ${state.status}`)
  if (task.deadEnds > 0) return refuse('state', 'what it depends on can never be done')
  if (task.waitsFor > 0) return refuse('state', `it waits for ${counted(task.waitsFor, 'other task')}`)
  if (!isReady(task, asked.at)) return refuse('state', 'its time has not come')
  if (asked.by.kind === 'file' && hasGate(task)) return refuse('right', GATED)
  const generation = task.generation + 1
  const holder: Holder = { by: asked.by, generation, since: asked.at, lease }
  return to({ ...task, generation, claimedAt: asked.at }, asked, {
    status: 'claimed',
    holder,
    check: { state: 'none' },
  })
}

function finish(task: Task, result: string, asked: Asked): Transition {
  const { state } = task
  const isDone = state.status === 'done' || state.status === 'review'
  if (isDone && isSame(state.by, asked.by)) return { ok: true, task } // Whoever got no answer may report again.
  if (state.status === 'claimed' && isSame(state.holder.by, asked.by)) {
    if (state.check.state === 'running') return { ok: true, task }
    return task.verification === undefined
      ? accept(task, result, asked)
      : to(task, asked, { ...state, check: { state: 'running', result, orphaned: undefined } })
  }
  if (asked.by.kind === 'operator' && !isOver(task)) return to(task, asked, done(result, asked))
  if (asked.by.kind === 'file' && state.status === 'todo') {
    if (hasGate(task)) return refuse('right', GATED)
    return task.waitsFor > 0
      ? refuse('state', `it waits for ${counted(task.waitsFor, 'other task')}`)
      : to(task, asked, done(result, asked))
  }
  return notHeld(task, asked)
}

/** The work is there, and whatever had to be verified is: done, unless somebody else is to look at it. */
function accept(task: Task, result: string, asked: Asked): Transition {
  return to(
    task,
    asked,
    task.review ? { status: 'review', result, by: asked.by, at: asked.at } : done(result, asked),
  )
}

function checked(
  task: Task,
  { generation, ok, output }: Extract<TaskEvent, { kind: 'checked' }>,
  asked: Asked,
): Transition {
  const { state } = task
  if (state.status !== 'claimed' || state.check.state !== 'running' || state.holder.generation !== generation)
    return refuse('lost', 'it was taken from who reported it while its commands ran')
  const { holder, check } = state
  if (ok) return accept(task, check.result, { ...asked, by: holder.by })
  if (check.orphaned === undefined)
    return to(task, asked, { ...state, check: { state: 'failed', output, at: asked.at } })
  const left = { ...NOTHING_LEFT, lastOutput: output }
  return giveBack(task, asked, { holder, reason: `its verification failed, and ${check.orphaned}`, left })
}

function lose(task: Task, { reason, left }: Extract<TaskEvent, { kind: 'lose' }>, asked: Asked): Transition {
  if (asked.by.kind !== 'core') return refuse('right', 'only marrow itself can say so')
  const { state } = task
  if (state.status !== 'claimed') return refuse('state', `it is ${state.status}`)
  // It said that it is done: what is left to know is what its commands say.
  if (state.check.state === 'running')
    return to(task, asked, { ...state, check: { ...state.check, orphaned: state.check.orphaned ?? reason } })
  return giveBack(task, asked, { holder: state.holder, reason, left })
}

interface Given {
  readonly holder: Holder
  readonly reason: string
  readonly left: Left
}

/** Back to the others, with what is left of the attempt; or failed, when it was the last one. */
function giveBack(task: Task, asked: Asked, { holder, reason, left }: Given): Transition {
  // Work that is sent back ended when it was handed in.
  const endedAt = task.state.status === 'review' ? task.state.at : asked.at
  const attempts = [...task.attempts, { holder, endedAt, reason, left }]
  const next = { ...task, attempts }
  // Whoever gives it back without being an agent's run has a reason of their own: that is no failure of the task.
  const isRun = asked.by.kind !== 'operator' && asked.by.kind !== 'file'
  if (!isRun || attempts.length < task.attemptsMax) return to(next, asked, { status: 'todo' })
  const why = `${counted(attempts.length, 'attempt')} ended without a result; the last one: ${reason}`
  return to(next, asked, { status: 'failed', reason: why, at: asked.at })
}

function block(task: Task, reason: string, asked: Asked): Transition {
  const state: TaskState = { status: 'blocked', reason, by: asked.by, at: asked.at }
  if (asked.by.kind === 'operator' && (task.state.status === 'todo' || task.state.status === 'claimed'))
    return to(task, asked, state)
  return held(task, asked, () => to(task, asked, state))
}

function fail(task: Task, reason: string, asked: Asked): Transition {
  const state: TaskState = { status: 'failed', reason, at: asked.at }
  if (asked.by.kind === 'operator' && !isOver(task)) return to(task, asked, state)
  return held(task, asked, () => to(task, asked, state))
}

function cancel(task: Task, reason: string, asked: Asked): Transition {
  const { state } = task
  if (state.status === 'cancelled') return { ok: true, task }
  if (isOver(task)) return refuse('state', `it is ${state.status}`)
  const cancelled: TaskState = { status: 'cancelled', reason, by: asked.by, at: asked.at }
  if (asked.by.kind === 'operator') return to(task, asked, cancelled)
  if (asked.by.kind !== 'file') return refuse('right', 'only the operator cancels tasks')
  if (state.status !== 'todo') return refuse('held', `it is ${state.status}`)
  return hasGate(task) ? refuse('right', GATED) : to(task, asked, cancelled)
}

function review(
  task: Task,
  event: Extract<TaskEvent, { kind: 'approve' | 'reject' }>,
  asked: Asked,
): Transition {
  const { state } = task
  if (state.status !== 'review') return refuse('state', `it is ${state.status}, and not in review`)
  const { by } = asked
  if (by.kind !== 'operator' && by.kind !== 'run')
    return refuse('right', 'a person or another agent reviews it')
  if (by.kind === 'run' && state.by.kind === 'run' && by.agent === state.by.agent)
    return refuse('right', 'nobody reviews their own work')
  if (event.kind === 'approve') return to(task, asked, { ...done(state.result, asked), by: state.by })
  const holder: Holder = {
    by: state.by,
    generation: task.generation,
    since: task.claimedAt ?? state.at,
    lease: undefined,
  }
  const reason = `${describeParty(by)} sent it back: ${event.reason}`
  return giveBack(task, asked, { holder, reason, left: NOTHING_LEFT })
}

function retry(task: Task, asked: Asked): Transition {
  const { status } = task.state
  if (asked.by.kind !== 'operator') return refuse('right', 'only the operator begins a task afresh')
  if (status === 'todo' && task.attempts.length === 0) return { ok: true, task }
  if (status === 'claimed' || status === 'done') return refuse('state', `it is ${status}`)
  return to({ ...task, attempts: [], claimedAt: undefined }, asked, { status: 'todo' })
}

type Claimed = Extract<TaskState, { status: 'claimed' }>

/** `then`, for the one who holds it. */
function held(task: Task, asked: Asked, then: (state: Claimed) => Transition): Transition {
  const { state } = task
  if (state.status !== 'claimed') return notHeld(task, asked)
  const mayDo = asked.by.kind === 'operator' || isSame(state.holder.by, asked.by)
  return mayDo ? then(state) : notHeld(task, asked)
}

/** A holder that comes back late learns that it has lost the task, whatever became of it since. */
function notHeld(task: Task, { by }: Asked): Transition {
  const { state, attempts } = task
  if (attempts.some(({ holder }) => isSame(holder.by, by)))
    return refuse('lost', 'it was taken from you, and what you report changes nothing')
  if (state.status === 'claimed') return refuse('held', `${describeParty(state.holder.by)} holds it`)
  return refuse('state', state.status === 'todo' ? 'nobody holds it' : `it is ${state.status}`)
}

function done(result: string, { by, at }: Asked): Extract<TaskState, { status: 'done' }> {
  return { status: 'done', result, by, at }
}

const GATED = 'it is to be verified or reviewed, and a moved or removed file cannot stand for that'

function hasGate({ verification, review: needsReview }: Task): boolean {
  return verification !== undefined || needsReview
}

function isSame(one: Party, other: Party): boolean {
  if (one.kind === 'run' && other.kind === 'run') return one.run === other.run
  return one.kind === other.kind && one.kind !== 'run'
}

function to(task: Task, { at }: Asked, state: TaskState): Transition {
  return { ok: true, task: { ...task, state, updatedAt: at } }
}

function refuse(kind: Refusal['kind'], reason: string): Transition {
  return { ok: false, refusal: { kind, reason } }
}
