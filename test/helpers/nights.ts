/** Owns made-up nights for tests of the report: what is known of one in which nothing happened, and parts to lay over it. */
import { closedBreaker } from '../../src/heartbeat/breaker.ts'
import {
  noActivity,
  type Activity,
  type AgentSituation,
  type Ending,
  type Facts,
  type Journal,
  type Situation,
} from '../../src/report/facts.ts'

/** Noon of 5 January 2026 UTC, and twelve hours before. */
export const noon = Date.UTC(2026, 0, 5, 12)
export const midnight = noon - 12 * 3_600_000

/** From midnight to noon, with the daemon up and one agent that has nothing to do. */
export function quietNight(
  changes: { situation?: Partial<Situation>; journal?: Partial<Journal>; before?: Facts['before'] } = {},
): Facts {
  return {
    period: { from: midnight, to: noon },
    now: noon,
    situation: {
      daemonRuns: true,
      configPath: '/srv/marrow.toml',
      configProblems: [],
      configRejectedAt: undefined,
      pause: undefined,
      agents: [idleAgent()],
      limits: [],
      worktrees: [],
      handoffs: [],
      handoffNotes: [],
      steps: [],
      ...changes.situation,
    },
    journal: {
      from: midnight - 90 * 86_400_000,
      activity: new Map(),
      rows: [],
      tasks: [],
      tasksFinished: 0,
      changes: [],
      changedRuns: 0,
      commits: 0,
      downtime: [],
      ...changes.journal,
    },
    before: changes.before,
  }
}

/** An agent that nothing holds. */
export function idleAgent(changes: Partial<AgentSituation> = {}): AgentSituation {
  return {
    name: 'scout',
    breaker: closedBreaker,
    heldSince: undefined,
    progress: undefined,
    stuckSince: undefined,
    paused: undefined,
    isolation: undefined,
    open: undefined,
    ...changes,
  }
}

/** What scout alone did. */
export function did(activity: Partial<Activity>): ReadonlyMap<string, Activity> {
  return new Map([['scout', { ...noActivity, ...activity }]])
}

/** Runs that ended in one way, well if nothing else is said. */
export function ending(changes: Partial<Ending> = {}): Ending {
  return {
    outcome: { kind: 'succeeded' },
    count: 1,
    run: 'scout-1',
    tokens: null,
    aboutTokens: null,
    costUsd: null,
    ...changes,
  }
}

/** Runs that failed. */
export function failure(detail: string, changes: Partial<Ending> = {}): Ending {
  return ending({ outcome: { kind: 'failed', exitCode: 1, reason: 'error', detail }, ...changes })
}
