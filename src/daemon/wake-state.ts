/** Where a wake stands: what it waits for, which run was given it, and how that ended. */
import { formatDuration } from '../base/duration.ts'
import { isoTime } from '../base/time.ts'
import type { AgentConfig } from '../config/config.ts'
import { mayStart } from '../heartbeat/breaker.ts'
import { readAgent } from '../heartbeat/store/agents.ts'
import { openTicks, tickHistory } from '../heartbeat/store/ticks.ts'
import { findTrigger, runGiven } from '../heartbeat/store/triggers.ts'
import type { Trigger } from '../heartbeat/state.ts'
import type { WakeState } from '../ipc/protocol/agents.ts'
import type { Tx } from '../platform/sqlite.ts'
import { describeOutcome } from '../runner/outcome.ts'
import type { RunRecord } from '../runner/record.ts'
import { readRun } from '../runner/store.ts'
import type { Core } from './core.ts'
import { readPause } from './pause.ts'
import { judgeNow } from './spending.ts'
import { planNow, readStanding } from './steps/start.ts'

/** Outlives restarts: what it is made of is in the store. */
export function wakeState(core: Core, tx: Tx, id: number): WakeState {
  const trigger = findTrigger(tx, id)
  const given = runGiven(tx, id)
  const run = given === undefined ? undefined : readRun(tx, given)
  if (trigger === undefined) return run === undefined ? GONE : ended(run, false)
  if (trigger.taken && run !== undefined && run.state !== 'ended')
    return { ...GONE, state: 'running', run: run.id, why: `${trigger.agent} is at work on it.` }
  if (trigger.attempts > 0) return failed(core, tx, trigger, run)
  const agent = core.config.agents.find(({ name }) => name === trigger.agent)
  if (agent === undefined) {
    const why = `${trigger.agent} is no longer in the configuration: it waits until it is.`
    return { ...GONE, state: 'waiting', why }
  }
  const begun = openTicks(tx).some((tick) => tick.agent === agent.name && tick.begunAt >= trigger.at)
  const why = begun ? `${agent.name} is being started.` : whyItWaits(core, tx, agent)
  return { ...GONE, state: 'waiting', why }
}

const GONE: WakeState = {
  state: 'gone',
  run: null,
  ok: null,
  again: false,
  why: 'nothing is on record of it',
}

function ended(run: RunRecord, again: boolean): WakeState {
  const why = run.outcome === undefined ? 'it ended' : describeOutcome(run.outcome)
  return { state: 'ended', run: run.id, ok: run.outcome?.kind === 'succeeded', again, why }
}

/** A wake comes again after a run that failed, or after a tick that came to no run. */
function failed(core: Core, tx: Tx, { agent, notBefore }: Trigger, run: RunRecord | undefined): WakeState {
  const last = tickHistory(tx, agent).last?.end.detail ?? 'its tick failed'
  const told =
    run === undefined ? { ...GONE, state: 'ended' as const, ok: false, why: last } : ended(run, true)
  const waitMs = notBefore === undefined ? 0 : notBefore.wall - core.clock.now().wall
  const when = waitMs > 0 ? ` It comes again in ${formatDuration(waitMs)}, or with its next tick.` : ''
  return { ...told, again: true, why: `${told.why}.${when}` }
}

/** What happens with a wake of this agent now, in a sentence that says how a hold is lifted. */
export function whyItWaits(core: Core, tx: Tx, agent: AgentConfig): string {
  const { name } = agent
  if (readPause(core, tx)) return 'Everything is paused: it is delivered after: marrow resume'
  const state = readAgent(tx, name)
  if (state?.paused) return `${name} is paused: it is delivered after: marrow resume ${name}`
  const now = core.clock.now()
  const permission = state ? mayStart(state.breaker, now) : undefined
  if (permission?.allowed === false) {
    const resume = `after: marrow resume ${name}`
    const lifted = permission.until === undefined ? resume : `at ${isoTime(permission.until)}, or ${resume}`
    return `${name} is held: it is delivered ${lifted}`
  }
  const { hold } = judgeNow(core, tx, agent)
  if (hold) return `${name} is held: it is delivered after its ${hold.detail}.`
  const tick = openTicks(tx).find((one) => one.agent === name)
  if (tick !== undefined) return `${name} is at work: it is delivered with its next tick.`
  const plan = planNow(core, tx, now, readStanding(core, tx, now))
  const waiting = plan.waiting.find((one) => one.agent === name)
  if (waiting?.reason === 'isolation') return `${name} is held: ${waiting.detail}`
  if (waiting?.reason === 'slot') return `${name} waits for one of the runs that go on to end.`
  return `${name} starts now.`
}
