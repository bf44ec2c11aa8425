/** What `marrow status` says of spending: the day of each agent and of all, and how the limits stand. */
import { adapterFor } from '../agents/adapters.ts'
import type { AgentConfig, Config } from '../config/config.ts'
import type { AgentStatus, LimitView, StatusResult } from '../ipc/protocol/status.ts'
import { isNear, limitStates, type LimitState } from '../limits/decide.ts'
import { unkeptLimits } from '../limits/unkept.ts'
import { addSpent, QUIET_DAY, type DaySpent } from '../limits/spent.ts'
import type { DayLedger } from './spending.ts'
import type { Standing } from './steps/start.ts'

/** The day of one agent, what of its limits is near or reached, and what of them cannot be kept. */
export function spendingOf(
  { ledger, limits }: Pick<Standing, 'ledger' | 'limits'>,
  config: Pick<Config, 'limits'>,
  agent: AgentConfig,
): Pick<AgentStatus, 'today' | 'limits' | 'limits_unkept'> {
  const { reached = [], near = [] } = limits.get(agent.name) ?? {}
  const unkept = unkeptLimits({ all: config.limits, agent: agent.limits }, adapterFor(agent.adapter))
  return {
    today: todayOf(ledger.byAgent.get(agent.name) ?? QUIET_DAY),
    limits_unkept: unkept.map(({ problem, fix }) => `${problem}. ${fix}`),
    limits: [...new Set([...reached, ...near])].map((state) =>
      viewOf(state, reached.includes(state) ? 'reached' : 'near'),
    ),
  }
}

/** What is spent for certain; what is reserved counts for the limits alone. */
export function todayOf({ ended, going }: DaySpent): StatusResult['today'] {
  return {
    runs: ended.runs + going.runs,
    tokens: ended.tokens,
    about: ended.tokensAbout,
    cost_usd: ended.usd ?? null,
    cost_about: ended.usdAbout,
  }
}

/** Every limit of all agents together. Whether the next run of one agent still fits stands with that agent. */
export function limitsOfAll(
  { limits }: Pick<Config, 'limits'>,
  { all, end }: DayLedger,
  now: number,
): LimitView[] {
  const account = { limits, spent: addSpent(all.ended, all.going) }
  return limitStates('all', account, { plan: [], now, dayEnd: end }).map((state) =>
    viewOf(state, state.used >= state.of ? 'reached' : isNear(state) ? 'near' : 'open'),
  )
}

function viewOf({ until, ...fact }: LimitState, state: LimitView['state']): LimitView {
  return { ...fact, state, until: until / 1_000 }
}
