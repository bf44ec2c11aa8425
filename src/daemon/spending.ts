/** What the limits on spending say now: from the ledger, the configuration and what is known of plans. Each is told of once. */
import type { PlanWindow } from '../agents/adapter.ts'
import { tokensOf } from '../agents/reading.ts'
import { dayAround, isoTime } from '../base/time.ts'
import type { AgentConfig } from '../config/config.ts'
import { judgeStart, UNLIMITED, type Judgement } from '../limits/decide.ts'
import { windowsKnown } from '../limits/plan-windows.ts'
import { addSpent, QUIET_DAY, spentOf, type DaySpent, type Spent } from '../limits/spent.ts'
import {
  deleteSpending,
  expectedSpending,
  readPlan,
  readTold,
  reservedFor,
  settleSpending,
  spentBetween,
  writePlan,
  writeTold,
} from '../limits/store.ts'
import { newsOf } from '../limits/told.ts'
import type { Tx } from '../platform/sqlite.ts'
import type { RunRecord } from '../runner/record.ts'
import type { Core, Emit } from './core.ts'
import { loginName } from './logins.ts'
import type { End } from './settle.ts'

type Ground = Pick<Core, 'config' | 'env' | 'program'>

/** What the runs spent that began on one day. */
export interface DayLedger {
  readonly byAgent: ReadonlyMap<string, DaySpent>
  /** Also of agents that have left the configuration: they have spent what they spent. */
  readonly all: DaySpent
  /** The end of the day, epoch ms. */
  readonly end: number
}

export function ledgerOf(tx: Tx, now: number): DayLedger {
  const { start, end } = dayAround(now)
  const byAgent = spentBetween(tx, start, end)
  const days = [...byAgent.values()]
  const all = {
    ended: addSpent(...days.map(({ ended }) => ended)),
    going: addSpent(...days.map(({ going }) => going)),
  }
  return { byAgent, all, end }
}

/** How the limits of one agent stand, those of all agents among them. */
export function judgeAgent(
  ground: Ground,
  tx: Tx,
  agent: AgentConfig,
  { now, ledger }: { readonly now: number; readonly ledger: DayLedger },
): Judgement {
  const { limits } = ground.config
  const written = { ...limits, ...agent.limits }
  if (Object.keys(written).length === 0) return UNLIMITED
  return judgeStart({
    all: { limits, spent: wholeOf(ledger.all) },
    agent: { limits: agent.limits, spent: wholeOf(ledger.byAgent.get(agent.name) ?? QUIET_DAY) },
    next: expectedSpending(tx, agent.name),
    plan: written.keep_plan_percent === undefined ? [] : readPlan(tx, loginName(ground, agent)),
    now,
    dayEnd: ledger.end,
  })
}

/** The same at this moment, for one agent alone. */
export function judgeNow(core: Pick<Core, 'clock'> & Ground, tx: Tx, agent: AgentConfig): Judgement {
  const now = core.clock.now().wall
  return judgeAgent(core, tx, agent, { now, ledger: ledgerOf(tx, now) })
}

/** What was spent, and what is reserved for runs that go on. */
function wholeOf({ ended, going }: DaySpent): Spent {
  return addSpent(ended, going)
}

/** Keeps what a run told of its plan: it holds for every agent with the same login. */
function notePlan(
  ground: Ground,
  tx: Tx,
  agent: AgentConfig,
  { told, now }: { readonly told: readonly PlanWindow[] | undefined; readonly now: number },
): void {
  if (told === undefined) return
  const login = loginName(ground, agent)
  writePlan(tx, login, windowsKnown(readPlan(tx, login), told, now))
}

/** Puts what a run spent in the place of what was reserved for it, in the transaction that records its end. */
export function recordSpending(
  core: Core,
  tx: Tx,
  emit: Emit,
  {
    run,
    agent,
    end,
  }: { readonly run: RunRecord; readonly agent: AgentConfig | undefined; readonly end: End },
): void {
  const { outcome, reading, aboutTokens = 0 } = end
  if (outcome.kind === 'unspawnable') return deleteSpending(tx, run.id)
  const facts = { tokens: tokensOf(reading), usd: reading?.costUsd, aboutTokens }
  const cut = outcome.kind === 'lost' || outcome.kind === 'ended' ? 'cut-short' : outcome.kind
  settleSpending(tx, run, spentOf({ ...facts, expected: reservedFor(tx, run.id), end: cut }))
  if (agent === undefined) return
  notePlan(core, tx, agent, { told: reading?.plan, now: core.clock.now().wall })
  tellNear(core, tx, emit, agent)
}

/** Tells of limits that became near by what was just spent or reserved. */
export function tellNear(core: Core, tx: Tx, emit: Emit, agent: AgentConfig): void {
  const judgement = judgeNow(core, tx, agent)
  tellLimits(tx, emit, 'near', { agent: agent.name, judgement, now: core.clock.now().wall })
}

/** Tells of limits that are near, or that held back a start, unless that was told before. */
export function tellLimits(
  tx: Tx,
  emit: Emit,
  what: 'near' | 'reached',
  { agent, judgement, now }: { readonly agent: string; readonly judgement: Judgement; readonly now: number },
): void {
  const news = newsOf(what, judgement[what], { agent, told: readTold(tx), now })
  if (news.fresh.length === 0) return
  for (const { until, ...fact } of news.fresh) {
    const about = fact.scope === 'all' ? {} : { agent }
    if (what === 'near') emit('limit.near', about, fact)
    else emit('limit.reached', about, { ...fact, until: isoTime(until) })
  }
  writeTold(tx, news.told)
}
