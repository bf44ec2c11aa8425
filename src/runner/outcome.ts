import type { Failure, Reading } from '../agents/adapter.ts'

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'succeeded' }
  | ({ readonly kind: 'failed'; readonly exitCode: number } & Failure)
  | { readonly kind: 'ended'; readonly by: EndCause | 'signal'; readonly exitCode: number }
  | { readonly kind: 'unspawnable'; readonly detail: string }
  /** The process is gone (pid, start time, boot id) and left no `exit`. */
  | { readonly kind: 'lost' }

/** Who asked marrow to end a run. */
export type EndCause = 'deadline' | 'stop' | 'operator'

/**
 * The verdict over a run that left an `exit` file. marrow's own order to end it comes first: what a CLI prints while
 * it is being ended says nothing about its work.
 */
export function judge(exitCode: number, reading: Reading, endedBy: EndCause | undefined): Outcome {
  // A deadline that found the CLI waiting for the model's service is that service's refusal: it says how long to wait.
  if (endedBy === 'deadline' && reading.stalled !== undefined)
    return { kind: 'failed', exitCode, ...atDeadline(reading.stalled) }
  if (endedBy !== undefined) return { kind: 'ended', by: endedBy, exitCode }
  if (reading.failure !== undefined) return { kind: 'failed', exitCode, ...reading.failure }
  if (exitCode > 128 && exitCode <= 128 + 64) return { kind: 'ended', by: 'signal', exitCode }
  if (exitCode !== 0)
    return { kind: 'failed', exitCode, reason: 'exit-code', detail: `exited with code ${exitCode}` }
  return { kind: 'succeeded' }
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
      return outcome.by === 'signal' ? `ended by signal ${outcome.exitCode - 128}` : `ended by ${outcome.by}`
    case 'unspawnable':
      return `not started: ${outcome.detail}`
    case 'lost':
      return 'lost: the process is gone and left no exit code'
  }
}
