// Owns the gate: whether a due tick is worth a run. An idle agent costs nothing, and no work is forgotten.
import { msUntil, type Moment } from '../base/moment.ts'
import { isoTime } from '../base/time.ts'
import { compareText } from './layers.ts'
import { RETRY_MS_MAX, type Progress } from './progress.ts'

/** Everything that the gate looks at. */
export interface GateInput {
  readonly mode: 'always' | 'changed'
  /** The operator asked for this run himself. */
  readonly forced: boolean
  readonly now: Moment
  /** The last successful run's tick: epoch ms, and the digests of `digestLayers` over what it was sent. */
  readonly lastSuccess:
    | { readonly at: number; readonly digests: Readonly<Record<string, string>> }
    | undefined
  /** `digestLayers` over what would be sent now. */
  readonly digests: Readonly<Record<string, string>>
  readonly work: OpenWork
  /** What runs on the open work achieved so far; undefined when the last one changed something. */
  readonly progress: Progress | undefined
  /** `worldFingerprint` now. */
  readonly fingerprint: string
  readonly maxQuietMs: number
}

/** Work that waits for the agent. */
export interface OpenWork {
  /** Files in the queue; empty for an agent that does not work the queue. */
  readonly tasks: readonly string[]
  readonly triggers: number
  /** Handoff files that it was not given yet. */
  readonly handoffs: readonly string[]
}

/** Run or stay quiet, and the reason that status, events and the dry run show. */
export interface GateDecision {
  readonly run: boolean
  readonly reason: string
}

/** The first reason to run that holds; quiet without one. */
export function decideGate(input: GateInput): GateDecision {
  const reason = reasonToRun(input)
  if (reason !== undefined) return { run: true, reason }
  const wait = noProgressWaitMs(input)
  if (wait !== undefined) {
    // Rounded: the two clocks drift by single milliseconds, and a reason should not flicker.
    const at = Math.round((input.now.wall + wait) / 1_000) * 1_000
    return { run: false, reason: `no progress, tried again at ${isoTime(at)}` }
  }
  return {
    run: false,
    reason: `quiet: nothing changed since ${isoTime(input.lastSuccess?.at ?? input.now.wall)}`,
  }
}

function reasonToRun(input: GateInput): string | undefined {
  const { mode, forced, now, lastSuccess, digests, work, maxQuietMs } = input
  if (forced) return 'forced'
  if (mode === 'always') return 'gate is always'
  if (lastSuccess === undefined) return 'first tick'
  if (work.triggers > 0) return work.triggers === 1 ? 'trigger' : `${work.triggers} triggers`
  if (work.handoffs.length > 0)
    return work.handoffs.length === 1 ? 'handoff' : `${work.handoffs.length} handoffs`
  const changed = changedLayers(lastSuccess.digests, digests)
  if (changed.length > 0) return `prompt changed: ${listed(changed)}`
  // Either way round, so that a clock once set into the future cannot keep an agent quiet until then.
  if (Math.abs(now.wall - lastSuccess.at) >= maxQuietMs) return 'max_quiet passed'
  if (work.tasks.length === 0 || noProgressWaitMs(input) !== undefined) return undefined
  return work.tasks.length === 1 ? '1 task queued' : `${work.tasks.length} tasks queued`
}

/** The names whose digest differs, came or went, sorted. */
export function changedLayers(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  // Maps, because a layer may be called `__proto__`.
  const [old, current] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  const names = new Set([...old.keys(), ...current.keys()])
  return [...names].filter((name) => old.get(name) !== current.get(name)).toSorted(compareText)
}

/** How long the queue is still left alone; undefined when it may be tried now. */
function noProgressWaitMs({ progress, fingerprint, now, work }: GateInput): number | undefined {
  if (progress === undefined || work.tasks.length === 0 || progress.fingerprint !== fingerprint)
    return undefined
  const wait = msUntil(progress.retryAt, now)
  // Longer than any delay that is ever given: the clock was set back over a reboot.
  return wait <= 0 || wait > RETRY_MS_MAX ? undefined : wait
}

const NAMES_MAX = 5 // A reason is one line in a table.

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).join(', ')
  return names.length > NAMES_MAX ? `${shown} and ${names.length - NAMES_MAX} more` : shown
}
