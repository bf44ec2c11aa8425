/** One request to delegate, as one transaction: the facts are read, the predicate decides, and what it allowed is on record. */
import { later, msUntil } from '../../base/moment.ts'
import { decide, type Decision, type FanOut } from '../../delegation/decide.ts'
import type { Holder } from '../../delegation/holder.ts'
import { insertDelegation, openDelegations, readDelegation, type Delegation } from '../../delegation/store.ts'
import type { ParamsOf } from '../../ipc/protocol/table.ts'
import type { Tx } from '../../platform/sqlite.ts'
import type { Catalogue } from '../../roles/catalogue.ts'
import { readRun } from '../../runner/store.ts'
import type { Core, Emit } from '../core.ts'
import { judgeNow } from '../spending.ts'
import { newRunId } from '../tick.ts'
import { holdOfChild } from './hold.ts'
import type { IsNews } from './told.ts'

/** What is asked, by whom, among which roles. */
export interface Asked {
  readonly params: ParamsOf<'delegate'>
  readonly holder: Holder
  readonly catalogue: Catalogue
  /** Whether a refusal is worth an event. */
  readonly isNews: IsNews
}

/** The child that is on record now, or why there is none. */
export type Answer =
  | { readonly kind: 'allowed'; readonly child: Delegation }
  | Extract<Decision, { kind: 'refused' }>

/** Two requests at one time are two transactions: the second sees the child of the first. */
export function askToDelegate(core: Core, tx: Tx, emit: Emit, asked: Asked): Answer {
  const { holder, params, isNews } = asked
  const decision = decideNow(core, tx, asked)
  const about = { agent: holder.agent, run: holder.run }
  if (decision.kind === 'refused') {
    const { rule, reason } = decision
    if (isNews(`${holder.run} ${rule} ${params.role}`))
      emit('delegation.refused', about, { role: params.role, rule, reason })
    return decision
  }
  const child = childOf(core, tx, asked, decision)
  insertDelegation(tx, child)
  emit('delegation.allowed', about, { role: child.role, child: child.run, detached: child.detached })
  return { kind: 'allowed', child }
}

function decideNow(core: Core, tx: Tx, { params, holder, catalogue }: Asked): Decision {
  const { config, clock } = core
  const agent = config.agents.find(({ name }) => name === holder.agent)
  const run = readRun(tx, holder.run)
  const now = clock.now()
  if (agent === undefined || run === undefined) return held('the agent is no longer in the configuration')
  if (core.life.stopping !== 'no') return held('marrow is being stopped')
  if (run.ending !== undefined) return held('this run is being ended')
  const hold = holdOfChild(core, tx, { agent: agent.name, root: holder.lineage[0] ?? holder.run })
  if (hold !== undefined) return held(hold)
  const leftMs = msUntil(run.deadline, now)
  const { deadline_s: wanted } = params
  return decide({
    catalogue,
    caller: {
      role: holder.role,
      ancestors: readDelegation(tx, holder.run)?.roles ?? [],
      leftMs: params.detach ? Math.max(leftMs, DETACHED_MS_MAX) : leftMs,
    },
    callee: params.role,
    depthMax: config.delegation.depthMax,
    fanOut: fanOutOf(core, tx, holder),
    wantedMs: wanted === undefined ? config.delegation.timeoutMs : wanted * 1_000,
    limit: judgeNow(core, tx, agent).hold?.detail,
  })
}

const DETACHED_MS_MAX = 7 * 86_400_000 // It outlives the one who asks: as long as may be asked for.

function held(reason: string): Decision {
  return {
    kind: 'refused',
    rule: 'held',
    reason: `Nothing more is started now: ${reason}. Finish what you can, and say in your result what is left.`,
  }
}

function fanOutOf({ config: { delegation } }: Core, tx: Tx, { run, agent }: Holder): FanOut {
  const open = openDelegations(tx)
  return {
    ofRun: open.filter(({ parent }) => parent === run).length,
    ofAgent: open.filter((one) => one.agent === agent).length,
    ofAll: open.length,
    runMax: delegation.childrenPerRun,
    agentMax: delegation.childrenPerAgent,
    allMax: delegation.childrenMax,
  }
}

function childOf(
  core: Core,
  tx: Tx,
  { params, holder }: Asked,
  { role, timeMs }: Extract<Decision, { kind: 'allowed' }>,
): Delegation {
  const parent = readDelegation(tx, holder.run)
  const { agents } = core.config
  const slug = agents.find(({ name }) => name === holder.agent)?.slug ?? 'agent'
  const now = core.clock.now()
  return {
    run: newRunId(core, slug),
    parent: holder.run,
    agent: holder.agent,
    role,
    lineage: [...holder.lineage, holder.run],
    roles: [...(parent?.roles ?? []), holder.role ?? ''],
    tickName: readRun(tx, holder.run)?.tickName ?? '',
    detached: params.detach,
    task: params.task,
    state: 'waiting',
    askedAt: now.wall,
    deadline: later(now, timeMs),
    endedAt: undefined,
    failure: undefined,
  }
}
