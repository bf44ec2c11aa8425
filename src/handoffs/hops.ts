/** Owns which handoffs wake their receiver, so that agents cannot wake each other for ever. */
import { counted } from '../base/numbers.ts'

/** How far a chain of handoffs goes, each sent by a run that the one before woke. */
export const HOPS_MAX = 8

/** What counts of a run that wrote a handoff, or could have written it. */
export interface Writer {
  /** Of the handoffs that its lineage was given, the most; undefined: it was given none, but woken by a person or its schedule. */
  readonly hops: number | undefined
  /** Whether its role may start a lineage, and it did: no child of another run. */
  readonly startsLineage: boolean
}

/** What a handoff carries from where it comes. */
export interface Origin {
  readonly hops: number
  readonly startsLineage: boolean
}

/**
 * Where a handoff comes from that one of these wrote: the run that sent it by marrow; of a file that was just put there
 * every run that could have written it since the folder was last looked at, for it may come from the least trusted of
 * them. None: a person.
 */
export function originOf(writers: readonly Writer[]): Origin {
  const given = writers.flatMap(({ hops }) => hops ?? [])
  return {
    hops: given.length === 0 ? 0 : Math.min(Math.max(...given), HOPS_MAX) + 1,
    startsLineage: writers.every(({ startsLineage }) => startsLineage),
  }
}

/** What a run counts as that is given these handoffs; a child counts as the first run of its lineage. */
export function hopsOf(given: readonly Pick<Origin, 'hops'>[]): number | undefined {
  return given.length === 0 ? undefined : Math.max(...given.map(({ hops }) => hops))
}

/**
 * Whether a handoff that lies in a prompt is by itself worth a run at the receiver's next slot. One at the end of its
 * chain is not: else two agents that answer each other would go on for ever at the pace of their slots.
 */
export function asksForRun({ hops }: Pick<Origin, 'hops'>): boolean {
  return hops <= HOPS_MAX
}

/** Whether a handoff wakes its receiver. One that does not waits in its folder for the receiver's next run. */
export type Wake =
  | { readonly kind: 'wakes' }
  | { readonly kind: 'waits'; readonly rule: 'level' | 'hops'; readonly reason: string }

/** Who may not start a lineage is read and wakes nobody: else a child could begin what its caller may not go on with. */
export function wakeBy({ hops, startsLineage }: Origin): Wake {
  if (!startsLineage) {
    const reason = 'only a scheduled run of a role that may start a lineage (L1) wakes another agent'
    return { kind: 'waits', rule: 'level', reason }
  }
  if (!asksForRun({ hops })) {
    const reason = `${counted(HOPS_MAX, 'handoff')} in a row have woken one agent after the other`
    return { kind: 'waits', rule: 'hops', reason }
  }
  return { kind: 'wakes' }
}
