/** What the operating system offers to keep runs behind, and what of that holds for one agent. */
import type { IsolationConfig } from '../config/config.ts'

/** The mechanism of this machine. */
export type Wall =
  | {
      readonly kind: 'bubblewrap' | 'seatbelt'
      readonly program: string
      /** A file with the calls that the kernel is to refuse, which bubblewrap itself lets through. */
      readonly filter?: string | undefined
    }
  | { readonly kind: 'none'; readonly reason: string; readonly fix: string }

/** What is known of the wall: it counts only once the self-test could not break out of it. */
export type WallState =
  | { readonly state: 'untested' }
  | { readonly state: 'holds'; readonly wall: Extract<Wall, { program: string }> }
  | {
      readonly state: 'fails'
      readonly reason: string
      readonly fix: string
      /** There is a wall, and nobody knows whether it holds: the test could not be done, for which a run may be the reason. */
      readonly unfinished?: boolean | undefined
      /** One that works, but for a way out that was found: better than none. */
      readonly leaky?: Extract<Wall, { program: string }> | undefined
    }

/** Whether an agent may be started now, and behind what. */
export type Standing =
  /** `testing`: it will be known in a moment. */
  | { readonly kind: 'held'; readonly testing: boolean; readonly reason: string }
  | {
      readonly kind: 'walled'
      readonly wall: Extract<Wall, { program: string }>
      readonly missing: readonly string[]
    }
  /** `fix`: how to get a wall, where that is known. */
  | { readonly kind: 'open'; readonly missing: readonly string[]; readonly fix?: string | undefined }

export interface StandingRequest {
  readonly isolation: IsolationConfig
  readonly state: WallState
  /** What lets its command work without asking for permission: a flag or a variable. */
  readonly bypass: string | undefined
  /** Why the configured user cannot be taken. */
  readonly userProblem: string | undefined
  /** Why its command cannot work behind a wall, and what to write instead. */
  readonly refusal: string | undefined
  /** A way for it to change what it is judged by, although the wall holds. */
  readonly hole: string | undefined
  /** What does not hold although the wall does, a phrase each. */
  readonly gaps: readonly string[]
}

/** Decides it. A phrase of `missing` reads after "not isolated: " or "isolated, but ". */
export function standingOf(request: StandingRequest): Standing {
  const { isolation, state, userProblem, refusal, hole } = request
  const gaps = hole === undefined ? request.gaps : [hole, ...request.gaps]
  if (userProblem !== undefined) return held(userProblem)
  if (isolation.mode === 'off') return withoutWall(request, 'isolation is switched off for it')
  switch (state.state) {
    case 'untested':
      return { kind: 'held', testing: true, reason: 'the isolation is being tested' }
    case 'holds':
      if (refusal !== undefined) return held(refusal)
      if (hole !== undefined && isolation.mode === 'required') return held(`${hole} (isolation is required)`)
      return { kind: 'walled', wall: state.wall, missing: gaps }
    case 'fails':
      if (state.unfinished === true) return held(`${state.reason}, and is tried again. ${state.fix}`)
      if (isolation.mode === 'required') return held(`${state.reason} (isolation is required). ${state.fix}`)
      if (state.leaky !== undefined && refusal === undefined)
        return {
          kind: 'walled',
          wall: state.leaky,
          missing: [`the wall has a hole: ${state.reason}`, ...gaps],
        }
      return withoutWall(request, state.reason, state.fix)
  }
}

function withoutWall({ isolation, bypass }: StandingRequest, reason: string, fix?: string): Standing {
  if (bypass === undefined || isolation.bypassWithoutIsolation)
    return { kind: 'open', missing: [reason], fix }
  return held(
    `${reason}, and ${bypass} lets it work without asking. Isolate it, take that away, or write bypass_without_isolation = true into its [agents.isolation].`,
  )
}

function held(reason: string): Standing {
  return { kind: 'held', testing: false, reason }
}
