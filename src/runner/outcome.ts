import type { Failure, Reading } from '../agents/adapter.ts'
import { formatSize } from '../base/size.ts'
import type { LimitHit } from '../isolation/limit-hits.ts'

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'succeeded' }
  | ({ readonly kind: 'failed'; readonly exitCode: number } & Failure)
  | { readonly kind: 'ended'; readonly by: EndCause | 'signal'; readonly exitCode: number }
  /** It went over a limit of its own: marrow ended it, or the kernel did before marrow looked. */
  | ({ readonly kind: 'ended'; readonly exitCode: number } & LimitHit)
  | { readonly kind: 'unspawnable'; readonly detail: string }
  /** The process is gone (pid, start time, boot id) and left no `exit`. */
  | { readonly kind: 'lost' }

/** Who or what told marrow to end a run. */
export type EndCause = (typeof endCauses)[number]

const endCauses = ['deadline', 'stop', 'operator', 'parent', 'guard'] as const

/** Whether a run is ended because somebody or something said so, and not for a limit of its own. */
export function isEndCause(reason: EndReason): reason is EndCause {
  return endCauses.some((one) => one === reason)
}

/** Why marrow ends a run that goes on: it was told to, or the run went over a limit. */
export type EndReason = EndCause | LimitHit['by']

/**
 * The verdict over a run that left an `exit` file. marrow's own order to end it comes first: what a CLI prints while
 * it is being ended says nothing about its work. `hit` is a limit that it was only seen to be over when it had ended.
 */
export function judge(
  exitCode: number,
  reading: Reading,
  endedBy: EndCause | LimitHit | undefined,
  hit?: LimitHit,
): Outcome {
  // A deadline that found the CLI waiting for the model's service is that service's refusal: it says how long to wait.
  if (endedBy === 'deadline' && reading.stalled !== undefined)
    return { kind: 'failed', exitCode, ...atDeadline(reading.stalled) }
  if (endedBy !== undefined) return endedOutcome(endedBy, exitCode)
  const { failure } = reading
  if (hit !== undefined && mayBeOf(failure, exitCode)) return endedOutcome(hit, exitCode)
  if (failure !== undefined) return { kind: 'failed', exitCode, ...failure }
  if (exitCode > 128 && exitCode <= 128 + 64) return { kind: 'ended', by: 'signal', exitCode }
  if (exitCode !== 0)
    return { kind: 'failed', exitCode, reason: 'exit-code', detail: `exited with code ${exitCode}` }
  return { kind: 'succeeded' }
}

/** The end of a run that marrow or a limit ended. */
export function endedOutcome(by: EndCause | LimitHit, exitCode: number): Outcome {
  return typeof by === 'string' ? { kind: 'ended', by, exitCode } : { kind: 'ended', exitCode, ...by }
}

/** A run that succeeded got over it, and what the model's service refused has nothing to do with this machine. */
function mayBeOf(failure: Failure | undefined, exitCode: number): boolean {
  if (failure === undefined) return exitCode !== 0
  return failure.reason !== 'authentication' && failure.reason !== 'rate-limit'
}

function atDeadline(failure: Failure): Failure {
  return { ...failure, detail: `still trying again at the deadline: ${failure.detail}` }
}

/** One short sentence for status, events and the log. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'succeeded':
      return 'succeeded'
    case 'failed':
      return `failed: ${outcome.detail}`
    case 'ended':
      return describeEnd(outcome)
    case 'unspawnable':
      return `not started: ${outcome.detail}`
    case 'lost':
      return 'lost: the process is gone and left no exit code'
  }
}

function describeEnd(outcome: Extract<Outcome, { kind: 'ended' }>): string {
  if (outcome.by === 'parent') return 'ended with its parent'
  if (outcome.by === 'guard') return 'ended: its guards are not in force'
  return `ended by ${describeEnder(outcome)}`
}

/** Also of rows that another version of marrow wrote, whose causes this one may not know. */
function describeEnder(outcome: Extract<Outcome, { kind: 'ended' }>): string {
  if (outcome.by === 'signal') return `signal ${outcome.exitCode - 128}`
  if (!('limit' in outcome)) return outcome.by
  const { by, limit } = outcome
  if (by === 'processes') return `its limit of processes (${limit})`
  return `its ${by.replaceAll('-', ' ')} limit (${formatSize(limit)})`
}
