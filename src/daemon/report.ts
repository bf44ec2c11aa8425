/** Finds out what a report is made of: how things stand now, and what the store says of the period. */
import { reasonOf } from '../base/errors.ts'
import { plain, plainStart } from '../base/plain.ts'
import { fromIso } from '../base/time.ts'
import type { Config } from '../config/config.ts'
import { withoutWritten } from '../config/report.ts'
import { innerPath } from '../config/inner.ts'
import { handoffDir } from '../handoffs/folders.ts'
import { handoffsToPerson } from '../handoffs/observe.ts'
import { closedBreaker, type Breaker } from '../heartbeat/breaker.ts'
import type { AgentState } from '../heartbeat/state.ts'
import { readAgents } from '../heartbeat/store/agents.ts'
import type { Report } from '../ipc/protocol/report.ts'
import { describeLimit, limitNames } from '../limits/words.ts'
import type { JournalRow } from '../observability/events.ts'
import type { Tx } from '../platform/sqlite.ts'
import type { AgentSituation, LimitReached, Situation, WaitingHandoff } from '../report/facts.ts'
import { periodBefore, type Period } from '../report/period.ts'
import { makeReport } from '../report/report.ts'
import { lastEvent, lastStepFailure, limitRows, readEndings, readJournal } from '../report/store.ts'
import type { RunRecord } from '../runner/record.ts'
import { openRuns } from '../runner/store.ts'
import type { Core } from './core.ts'
import { readPause, type Pause } from './pause.ts'
import { redactorFor } from './redaction.ts'
import { judgeAgent, ledgerOf } from './spending.ts'
import { groundOf, standingIn } from './standing.ts'
import { keptWorktrees } from './worktrees.ts'

/** The report of a period, as of now. Changes nothing. */
export function reportOf(core: Core, tx: Tx, period: Period): Report {
  const { config, life } = core
  const pause = readPause(core, tx)
  return reportFrom(tx, period, {
    now: core.clock.now().wall,
    daemonRuns: true,
    config,
    configPath: config.path,
    configProblems: life.configProblems.map(withoutWritten),
    pause: pause && { ...pause, lift: 'marrow resume' },
    isolationOf: (name) => {
      const agent = config.agents.find((one) => one.name === name)
      const standing = agent && standingIn(groundOf(core), agent)
      return standing?.kind === 'held' && !standing.testing ? standing.reason : undefined
    },
    failingSteps: [...life.steps.keys()],
    isReached: reachedNow(core, tx),
    redact: redactorFor(core),
  })
}

/** What was reserved when a limit was reached may have cost less: then it holds nobody any more. */
function reachedNow(core: Core, tx: Tx): Surroundings['isReached'] {
  const now = core.clock.now().wall
  const ledger = ledgerOf(tx, now)
  const reached = core.config.agents.flatMap((agent) =>
    judgeAgent(core, tx, agent, { now, ledger }).reached.map(({ scope, limit }) => ({
      whose: scope === 'all' ? undefined : agent.name,
      limit,
    })),
  )
  return (whose, limit) => reached.some((one) => one.whose === whose && one.limit === limit)
}

/** What is known outside of the store. */
export interface Surroundings {
  readonly now: number
  readonly daemonRuns: boolean
  /** Undefined when the file cannot be used: then the agents are those of the store. */
  readonly config: LimitsOf | undefined
  readonly configPath: string
  /** Without what stands in the file: a report is passed on, and it may be a secret in the wrong place. */
  readonly configProblems: readonly string[]
  readonly pause: (Pause & { readonly lift: string }) | undefined
  /** Why its isolation keeps an agent from being started. */
  readonly isolationOf: (agent: string) => string | undefined
  readonly failingSteps: readonly string[]
  /** Whether a limit that was reached still is. `agent` is undefined for all of them together. */
  readonly isReached: (agent: string | undefined, limit: unknown) => boolean
  readonly redact: (text: string) => string
}

/** The same for whoever has no daemon at hand. */
export function reportFrom(tx: Tx, period: Period, around: Surroundings): Report {
  const journal = readJournal(tx, period, around.daemonRuns)
  const earlier = periodBefore(period)
  const reachesBack = journal.from !== undefined && journal.from <= earlier.from
  return makeReport({
    period,
    now: around.now,
    situation: situationOf(tx, around),
    journal,
    before: reachesBack ? readEndings(tx, earlier) : undefined,
  })
}

function situationOf(tx: Tx, around: Surroundings): Situation {
  const { config } = around
  const states = readAgents(tx)
  const open = openRuns(tx)
  const names = config?.agents.map(({ name }) => name) ?? [...states.keys()]
  const rejected = around.configProblems.length === 0 ? undefined : lastEvent(tx, 'config.rejected')
  return {
    daemonRuns: around.daemonRuns,
    configPath: around.configPath,
    configProblems: around.configProblems,
    configRejectedAt: rejected?.at,
    pause: around.pause,
    agents: names.map((name) =>
      agentSituation(tx, name, {
        state: states.get(name),
        open: open.find(({ agent }) => agent === name),
        isolation: around.isolationOf(name),
      }),
    ),
    limits: limitsReached(tx, around),
    worktrees: keptWorktrees(tx).map((kept) => ({ ...kept, since: keptSince(tx, kept) })),
    ...handoffsIn(config?.agents ?? [], around.redact),
    steps: around.failingSteps.map((name) => stepFailure(tx, name)),
  }
}

interface Known {
  readonly state: AgentState | undefined
  readonly open: RunRecord | undefined
  readonly isolation: string | undefined
}

function agentSituation(tx: Tx, name: string, { state, open, isolation }: Known): AgentSituation {
  const breaker = state?.breaker ?? closedBreaker
  return {
    name,
    breaker,
    heldSince: heldSince(tx, name, breaker),
    progress: state?.progress,
    stuckSince: state?.progress && lastEvent(tx, 'agent.no-progress', name)?.at,
    paused: state?.paused,
    isolation,
    open: open && { run: open.id, since: open.startedAt },
  }
}

function heldSince(tx: Tx, name: string, breaker: Breaker): number | undefined {
  if (breaker.state === 'held') return lastEvent(tx, 'agent.held', name)?.at
  return breaker.state === 'open' ? lastEvent(tx, 'breaker.opened', name)?.at : undefined
}

function keptSince(tx: Tx, { agent, path }: ReturnType<typeof keptWorktrees>[number]): number | undefined {
  const last = lastEvent(tx, 'worktree.kept', agent)
  return last?.data['path'] === path ? last.at : undefined
}

const LIMIT_MS_LOOKED_BACK = 9 * 86_400_000 // Longer than any limit lasts.

/** Those that still hold: one that was changed or taken out of the file since does not. */
function limitsReached(tx: Tx, { config, now, isReached }: Surroundings): LimitReached[] {
  const found = new Map<string, LimitReached>()
  for (const { agent, at, data } of limitRows(tx, now - LIMIT_MS_LOOKED_BACK)) {
    const whose = data['scope'] === 'all' ? undefined : (agent ?? undefined)
    const key = JSON.stringify([whose, data['limit']])
    if (found.has(key) || (config !== undefined && writtenNow(config, whose, data) !== data['of'])) continue
    if (!isReached(whose, data['limit'])) continue
    found.set(key, { agent: whose, what: limitWords(data), since: at, until: untilIn(data) })
  }
  return [...found.values()].filter(({ until }) => until > now)
}

/** The limit as an event tells it. */
function writtenNow(config: LimitsOf, agent: string | undefined, { limit }: JournalRow['data']): unknown {
  const own = agent === undefined ? config : config.agents.find(({ name }) => name === agent)
  const name = limitNames.find((one) => one === limit)
  const written = name && own?.limits[name]
  return name === 'keep_plan_percent' && written !== undefined ? 100 - written : written
}

type LimitsOf = Pick<Config, 'agents' | 'limits'>

function limitWords(data: JournalRow['data']): string {
  return describeLimit(String(data['limit']), Number(data['used']), Number(data['of']))
}

function untilIn({ until }: JournalRow['data']): number {
  return typeof until === 'string' ? fromIso(until) : 0
}

const TITLE_CHARS_MAX = 120

/** Each workspace once, however many agents share it. */
function handoffsIn(
  agents: Config['agents'],
  redact: Surroundings['redact'],
): Pick<Situation, 'handoffs' | 'handoffNotes'> {
  const handoffs: WaitingHandoff[] = []
  const handoffNotes: string[] = []
  for (const workspace of new Set(agents.map((agent) => agent.workspace))) {
    const dir = innerPath(handoffDir(workspace), agents)
    try {
      const { left, more } = handoffsToPerson(dir)
      for (const { title, modifiedAt, ...file } of left)
        handoffs.push({ ...file, title: plainStart(redact(title), TITLE_CHARS_MAX), since: modifiedAt })
      if (more > 0) handoffNotes.push(`${more} older things for you lie in ${dir.path}`)
    } catch (error) {
      handoffNotes.push(plain(reasonOf(error)))
    }
  }
  return { handoffs, handoffNotes }
}

function stepFailure(tx: Tx, name: string): Situation['steps'][number] {
  const failure = lastStepFailure(tx, name)
  return { name, error: failure?.error ?? 'no reason is on record', since: failure?.at }
}
