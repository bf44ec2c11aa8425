/** The end of a run, as a job: what is left is ended, what it printed is read, and everything is written at once. */
import { adapterFor } from '../agents/adapters.ts'
import type { Failure, Reading } from '../agents/adapter.ts'
import { withoutEcho } from '../agents/echo.ts'
import { saidBytes, tokensOf } from '../agents/reading.ts'
import { explainWithheld } from '../agents/withheld.ts'
import type { Moment } from '../base/moment.ts'
import { endDelegation, readDelegation } from '../delegation/store.ts'
import { tickName, type Tick, type TickEnd } from '../heartbeat/state.ts'
import { readAgent, updateAgent } from '../heartbeat/store/agents.ts'
import { endTick, readTick } from '../heartbeat/store/ticks.ts'
import { insertGiven } from '../handoffs/store.ts'
import { deliverTriggers, returnTriggers } from '../heartbeat/store/triggers.ts'
import { notStarted } from '../isolation/unable.ts'
import type { LimitHit } from '../isolation/limit-hits.ts'
import { removeCgroup } from '../platform/cgroup.ts'
import { readIfExists } from '../platform/files.ts'
import { parseSandbox } from '../platform/sandbox.ts'
import type { Tx } from '../platform/sqlite.ts'
import { readOutput, type Sighting } from '../runner/observe.ts'
import { describeOutcome, endedOutcome, judge, type Outcome } from '../runner/outcome.ts'
import { runPaths } from '../runner/folder.ts'
import type { GuardState } from '../runner/guard.ts'
import { asChild, type RunRecord } from '../runner/record.ts'
import { finishRun } from '../runner/apply/finish.ts'
import { endRun } from '../runner/store.ts'
import { aboutTokensOf } from '../prompt/attribution.ts'
import { changeOf } from './agent-change.ts'
import { observeAftermath, tellFinished, type Aftermath } from './aftermath.ts'
import { folderOf, write, type Core, type Emit } from './core.ts'
import { guardedEnd, keepGuard } from './guards.ts'
import { emptyCgroup, endedBy, lastHit, toldHit } from './limits.ts'
import { reportChild } from './handoffs/child-report.ts'
import { forgetLineup, recordedOf } from './lineup.ts'
import { carryLogins } from './logins.ts'
import { recordSpending } from './spending.ts'
import { withoutValues } from './redaction.ts'

const OUTPUT_BYTES_READ = 8 * 1024 * 1024 // Of each stream: more than any CLI's structured output of one run.
const KILLED_CODE = 137

/** Everything known of how a run ended. */
export interface End {
  readonly endedAt: number
  readonly outcome: Outcome
  readonly reading: Reading | undefined
  /** Undefined where the agent CLI told its tokens, or was never started. */
  readonly aboutTokens: number | undefined
  /** Undefined for a run that was never there. */
  readonly aftermath: Aftermath | undefined
  /** What was found out of its guards at last; undefined: nothing new. */
  readonly guard?: GuardState | undefined
}

export async function settle(
  core: Core,
  run: RunRecord,
  sighting: Extract<Sighting, { kind: 'exited' | 'gone' }>,
  signal: AbortSignal,
): Promise<void> {
  const recorded = recordedOf(core, run)
  const remains = { run: run.id, folder: folderOf(core.config, run.id), launcher: run.identity, recorded }
  const hit = lastHit(run)
  // First: what hides from every other look would hold the output open.
  const held = await emptyCgroup(run.limits?.cgroup)
  const left = Math.max(held, await finishRun(remains, core.processes))
  if (left > 0) core.log.warn('processes of a run could not be ended', { run: run.id, left })
  carryLogins(core, [run]) // What it renewed at last; nothing of it can change any more.
  const end = readEnd(core, run, sighting, hit)
  const endedAt = sighting.kind === 'exited' ? sighting.at : undefined
  const aftermath = await observeAftermath(core, run, { endedAt, signal })
  if (signal.aborted) return // The daemon hands over: the next one settles this run from its folder.
  await record(core, run, { ...end, aftermath })
}

function readEnd(
  core: Core,
  run: RunRecord,
  sighting: Extract<Sighting, { kind: 'exited' | 'gone' }>,
  hit: LimitHit | undefined,
): End {
  const by = endedBy(run)
  if (sighting.kind === 'gone') {
    // Whom we killed together with its launcher left no code; whom nobody killed is lost.
    const outcome: Outcome = by === undefined ? { kind: 'lost' } : endedOutcome(by, KILLED_CODE)
    const aboutTokens = aboutTokensOf(run.promptBytes)
    return { endedAt: core.clock.now().wall, outcome, reading: undefined, aboutTokens, aftermath: undefined }
  }
  const { exitCode } = sighting
  // The file's time comes from a clock that may have been set since: no run ends before it starts, or in the future.
  const at = Math.max(run.startedAt ?? 0, Math.min(sighting.at, core.clock.now().wall))
  const folder = folderOf(core.config, run.id)
  // Before anything is quoted: of a value that is cut, no pattern finds the rest.
  const redact = withoutValues(core)
  const { stdout, stderr, stderrAt } = readOutput(folder, OUTPUT_BYTES_READ)
  const output = { stdout: redact(stdout), stderr: redact(stderr), stderrAt, exitCode, endedAt: at }
  const refusal = run.wall === null ? undefined : notStarted(output.stderr, exitCode)
  if (refusal !== undefined && neverBegan(run, folder)) doubtWall(core)
  const adapter = adapterFor(run.adapter)
  const told = adapter.read(output)
  const failure: Failure | undefined =
    refusal === undefined ? told.failure : { reason: 'error', detail: refusal }
  const reading = explained(core, run, folder, { ...told, failure })
  const over = hit ?? toldHit(run, output)
  const aboutTokens =
    told.usage === undefined ? aboutTokensOf(run.promptBytes + saidBytes(adapter.events(output))) : undefined
  const outcome = judge(exitCode, reading, by, over)
  return { endedAt: at, ...guardedEnd(core, run, outcome), reading, aboutTokens, aftermath: undefined }
}

/** No run can write what bubblewrap says of itself, and it says that before the command begins. */
function neverBegan({ wall }: RunRecord, folder: string): boolean {
  return wall === 'bubblewrap' && parseSandbox(readIfExists(runPaths(folder).sandbox) ?? '') === undefined
}

/** What is known of the wall is no longer so: it is tested again before anything else is started. */
function doubtWall({ life }: Core): void {
  life.wall = { state: 'untested' }
  life.wallTestedAt = undefined
}

/** What the CLI cannot know: that marrow withheld the key it misses, and that it only echoed what it was sent. */
function explained(core: Core, run: RunRecord, folder: string, reading: Reading): Reading {
  const agent = core.config.agents.find(({ name }) => name === run.agent)
  const passed = agent && [...agent.env.pass, ...Object.keys(agent.env.set)]
  const { variables } = adapterFor(run.adapter).needs.login
  const explain = (failure: Failure): Failure => {
    const detail = withoutEcho(failure.detail, readIfExists(runPaths(folder).prompt) ?? '')
    return explainWithheld({ ...failure, detail }, { variables, inherited: core.env, passed })
  }
  const { failure, stalled } = reading
  return { ...reading, failure: failure && explain(failure), stalled: stalled && explain(stalled) }
}

async function record(core: Core, run: RunRecord, end: End): Promise<void> {
  const { tick, verdict } = await write(core, (tx, emit) => recordEnd(core, tx, emit, { run, end }))
  forgetLineup(core, run.id)
  core.life.loginOfRun.delete(run.id)
  core.life.lastSteps.delete(run.id)
  if (run.limits?.cgroup && !removeCgroup(run.limits.cgroup))
    core.log.warn('a cgroup could not be removed', { run: run.id }) // The next daemon tries again.
  tellEnd(core, tick, run.id, verdict, end)
}

/** Everything that the end of a run changes, in the transaction of the caller. */
export function recordEnd(
  core: Core,
  tx: Tx,
  emit: Emit,
  { run, end }: { readonly run: RunRecord; readonly end: End },
): { readonly tick: Tick | undefined; readonly verdict: TickEnd } {
  const { outcome, reading, endedAt } = end
  const now = core.clock.now()
  const tick = readTick(tx, run.tick)
  const state = readAgent(tx, run.agent)
  const agent = core.config.agents.find(({ name }) => name === run.agent)
  const { world, changes, finished } = end.aftermath ?? {}
  endRun(tx, run.id, {
    endedAt,
    outcome,
    reading,
    aboutTokens: end.aboutTokens,
    gitAfter: world?.git,
    changes,
  })
  if (end.guard !== undefined) keepGuard(tx, emit, run, end.guard)
  recordSpending(core, tx, emit, { run, agent, end })
  const verdict: TickEnd = { kind: 'ran', ok: outcome.kind === 'succeeded', detail: describeOutcome(outcome) }
  const digests = { core: run.coreDigest, operator: run.operatorDigest }
  if (tick && tick.state !== 'ended') endTick(tx, tick.id, now.wall, verdict, digests)
  settleTriggers(tx, run, outcome, now)
  // What a child did says nothing of the agent's own schedule, breaker or progress.
  if (run.lineage.length > 0) endChild(core, tx, run, end)
  else if (state && agent) updateAgent(tx, run.agent, changeOf(core, { run, agent, end, state, now, emit }))
  emit(
    'run.ended',
    { agent: run.agent, run: run.id },
    {
      outcome,
      durationMs: Math.max(0, endedAt - (run.startedAt ?? endedAt)),
      tokens: tokensOf(reading) ?? null,
      usage: reading?.usage ?? null,
      costUsd: reading?.costUsd ?? null,
      aboutTokens: end.aboutTokens ?? null,
      child: asChild(run),
    },
  )
  tellFinished(tx, emit, run, { core, finished, at: now.wall })
  return { tick, verdict }
}

function endChild(core: Core, tx: Tx, run: RunRecord, { outcome, reading }: End): void {
  const child = readDelegation(tx, run.id)
  endDelegation(tx, run.id, core.clock.now().wall)
  const told = { outcome: describeOutcome(outcome), result: reading?.result }
  if (child !== undefined && child.state !== 'ended') reportChild(core, tx, child, told)
}

/** Tells whoever waits for this tick (run-once) how it ended. */
export function tellEnd(
  core: Core,
  tick: Tick | undefined,
  run: string | null,
  end: TickEnd,
  spent?: Pick<End, 'reading' | 'aboutTokens'>,
): void {
  if (!tick) return
  const ok = end.kind === 'quiet' || (end.kind === 'ran' && end.ok)
  core.tickEnded({
    agent: tick.agent,
    tick: tickName(tick),
    run,
    ok,
    outcome: end.detail,
    forced: tick.forced,
    tokens: tokensOf(spent?.reading) ?? null,
    about_tokens: spent?.aboutTokens ?? null,
    cost_usd: spent?.reading?.costUsd ?? null,
  })
}

/** A wake or handoff that a run did not work on comes again; one whose run the operator ended does not. */
function settleTriggers(tx: Tx, run: RunRecord, outcome: Outcome, now: Moment): void {
  const done = outcome.kind === 'succeeded' || (outcome.kind === 'ended' && outcome.by === 'operator')
  if (!done) {
    const how = outcome.kind === 'ended' && outcome.by === 'stop' ? 'at-once' : 'retry'
    return returnTriggers(tx, run.tick, now, how)
  }
  deliverTriggers(tx, run.tick)
  insertGiven(tx, run.handoffs)
}
