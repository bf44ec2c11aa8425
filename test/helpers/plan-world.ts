/** Owns the small worlds that tests of the plan change. */
import { later, type Moment } from '../../src/base/moment.ts'
import { closedBreaker } from '../../src/heartbeat/breaker.ts'
import { plan, type Action, type Candidate, type World } from '../../src/heartbeat/plan.ts'
import type { AgentState, Trigger } from '../../src/heartbeat/state.ts'
import { agentConfig } from './agents.ts'

const HOUR = 3_600_000
/** A Monday noon. */
export const start: Moment = { wall: Date.UTC(2026, 0, 5, 12), mono: 1e9, boot: 'one' }

/** An agent that has ticked before and whose slot is now. */
export function state(overrides: Partial<AgentState> = {}): AgentState {
  return {
    name: 'scout',
    scheduleKey: '',
    firstAt: start.wall - 10 * HOUR,
    dueAt: start,
    tickCount: 10,
    quietCount: 0,
    savedTokens: 0,
    missedCount: 0,
    breaker: closedBreaker,
    progress: undefined,
    agentWakeAt: undefined,
    paused: undefined,
    ...overrides,
  }
}

/** It, with nothing that holds it. */
export function candidate(overrides: Partial<Candidate> = {}): Candidate {
  return {
    config: agentConfig(),
    state: state(),
    wakes: [],
    busy: false,
    forced: false,
    hold: undefined,
    limit: undefined,
    ...overrides,
  }
}

/** A world with that one agent, awake for long. */
export function world(one: Partial<Candidate>, overrides: Partial<World> = {}): World {
  const awakeSince = later(start, -100 * HOUR)
  return {
    candidates: [candidate(one)],
    now: start,
    awakeSince,
    hold: undefined,
    openTicks: 0,
    ticksMax: 3,
    ...overrides,
  }
}

/** A wake of the operator, now. */
export function trigger(overrides: Partial<Trigger> = {}): Trigger {
  return {
    id: 1,
    agent: 'scout',
    cause: 'operator',
    byAgent: false,
    wakes: true,
    path: null,
    reason: '',
    prompt: null,
    at: start.wall,
    attempts: 0,
    notBefore: undefined,
    ...overrides,
  }
}

/** What becomes of the one agent: an action, or why it waits. */
export function only(made: World): { kind: string; reason?: string; action?: Action } {
  const { actions, waiting } = plan(made)
  const [action] = actions
  if (action) return { kind: action.kind, action }
  return { kind: 'waits', reason: waiting[0]?.reason ?? 'nothing' }
}
