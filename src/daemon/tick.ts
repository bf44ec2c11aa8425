/** The middle of a tick, as a job: assemble, ask the gate, then stay quiet or record a run that the next pass launches. */
import { reasonAndFix } from '../base/errors.ts'
import { formatRunId } from '../base/ids.ts'
import { runStamp } from '../base/time.ts'
import type { AgentConfig } from '../config/config.ts'
import { innerPath } from '../config/inner.ts'
import { afterFailedTick } from '../heartbeat/breaker.ts'
import { slotsOf } from '../heartbeat/agent-slots.ts'
import { intervalOf } from '../heartbeat/schedule.ts'
import { tickName, type Tick, type TickEnd, type Trigger } from '../heartbeat/state.ts'
import { readAgent, readLastSuccess, updateAgent, type AgentChange } from '../heartbeat/store/agents.ts'
import { endTick, setTickRun } from '../heartbeat/store/ticks.ts'
import {
  pendingTriggers,
  rememberDelivery,
  returnTriggers,
  takeTriggers,
} from '../heartbeat/store/triggers.ts'
import { aboutTokens } from '../prompt/attribution.ts'
import { remove } from '../platform/files.ts'
import { entryInside } from '../platform/inside.ts'
import type { Tx } from '../platform/sqlite.ts'
import { prepareRun } from '../runner/apply/launch.ts'
import { linkLogs, logsFolder } from '../runner/apply/logs.ts'
import { insertRun } from '../runner/store.ts'
import { reserveSpending } from '../limits/store.ts'
import { sayBreaker, slotsPassed } from './agent-change.ts'
import { assemble, type Assembly } from './assemble.ts'
import { folderOf, write, type Core, type Emit } from './core.ts'
import { aroundRun } from './around.ts'
import { tellEnd } from './settle.ts'
import { holdOf, holdOfAgent } from './pause.ts'
import { isNative, prepare, type Origin, type PreparedRun } from './prepare.ts'
import { handedOnBy } from './delegation/handed-on.ts'
import { agentsDoorOf, keepToken, makeToken } from './tokens.ts'
import { knownHandoffs } from './handoffs/give.ts'
import { judgeNow, tellLimits, tellNear } from './spending.ts'
import { groundOf, standingIn } from './standing.ts'
import { ensureWorktree } from './worktrees.ts'

export function tickKey(tick: Tick): string {
  return `tick:${tick.id}`
}

/** Leaves the tick as it is when the daemon goes away meanwhile: the next one assembles it again. */
export async function runTick(core: Core, tick: Tick, signal: AbortSignal): Promise<void> {
  const agent = core.config.agents.find(({ name }) => name === tick.agent)
  if (!agent)
    return endWithout(core, tick, { kind: 'failed', detail: 'the agent is no longer in the configuration' })
  const standing = standingIn(groundOf(core), agent)
  if (standing.kind === 'held') return holdBack(core, tick, standing.reason)
  const begunAt = core.clock.now()
  const known = await core.db.read((tx) => {
    const lastSuccess = readLastSuccess(tx, agent.name)
    return {
      lastSuccess,
      state: readAgent(tx, agent.name),
      triggers: pendingTriggers(tx, agent.name).filter((one) => isStillThere(one, core.config)),
      handoffs: knownHandoffs(tx, agent),
      handedOn: handedOnBy(tx, agent.name, lastSuccess),
    }
  })
  const { triggers } = known
  const run = newRunId(core, agent.slug)
  const { config, program, env } = core
  let ready: { readonly assembly: Assembly; readonly prepared: PreparedRun | undefined }
  try {
    const door = agentsDoorOf(core, run)
    const request = { agent, config, program, env, run, door, ...known, forced: tick.forced, now: begunAt }
    const { wall } = core.life
    await ensureWorktree(core, agent, signal)
    const assembly = await assemble({ ...request, wall, dryRun: false, signal })
    const [folder, now, { launcher }] = [folderOf(config, run), core.clock.now(), program]
    const prepared = assembly.decision.run
      ? prepare({
          origin: originOf(tick, triggers),
          agent,
          run,
          folder,
          launcher,
          assembly,
          token: makeToken(core),
          now,
          around: aroundRun(core, agent, { id: run, env: assembly.env, native: isNative(assembly) }),
        })
      : undefined
    ready = { assembly, prepared }
  } catch (error) {
    if (!signal.aborted) await failTick(core, tick, agent, { reason: reasonAndFix(error), triggers })
    return
  }
  if (signal.aborted) return
  // What fails from here on is marrow's own, such as a full disk: the job is tried again, and the agent is not blamed.
  const { assembly, prepared } = ready
  const given = new Set(assembly.given.files.map(({ path }) => path))
  // A handoff that did not fit into this prompt waits for the next one.
  const taken = triggers.filter(
    ({ cause, path }) => cause !== 'handoff' || (path !== null && given.has(path)),
  )
  await noteProviders(core, agent, assembly.providerFailures)
  if (prepared) await recordRun(core, { tick, agent }, prepared, taken)
  else await stayQuiet(core, tick, agent, assembly, core.clock.now().mono - begunAt.mono)
}

function originOf(tick: Tick, triggers: readonly Trigger[]): Origin {
  const causes = [...new Set([...tick.causes, ...triggers.map(({ cause }) => cause)])]
  return { tick: tick.id, tickName: tickName(tick), lineage: [], causes, dueAt: tick.dueAt }
}

/** Its isolation does not let it start. A slot is due again as soon as it does; what was asked for is answered now. */
async function holdBack(core: Core, tick: Tick, reason: string): Promise<void> {
  const again = tick.forced ? {} : { dueAt: core.clock.now() }
  await endWithout(core, tick, { kind: 'held', detail: `not started: ${reason}` }, again)
}

/** A context provider that fails is told of once, when it begins to; status shows it for as long as it does. */
async function noteProviders(core: Core, { name }: AgentConfig, failures: readonly string[]): Promise<void> {
  const before = core.life.providerFailures.get(name) ?? []
  core.life.providerFailures.set(name, failures)
  const fresh = failures.filter((failure) => !before.includes(failure))
  if (fresh.length === 0) return
  await write(core, (_, emit) => {
    for (const failure of fresh) {
      const [provider = '', ...reason] = failure.split(': ')
      emit('provider.failed', { agent: name }, { provider, reason: reason.join(': ') })
    }
  })
}

export function newRunId(core: Pick<Core, 'random' | 'clock'>, slug: string): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567'
  const four = Array.from({ length: 4 }, () => letters[Math.floor(core.random() * letters.length)]).join('')
  return formatRunId(slug, runStamp(core.clock.now().wall), four)
}

/** A task or handoff that somebody took away since asks for nothing any more. */
function isStillThere({ path }: Trigger, { agents }: Core['config']): boolean {
  try {
    return path === null || entryInside(innerPath(path, agents))?.kind === 'file'
  } catch {
    return false // A link is in its way by now: what it leads to was never handed over.
  }
}

/** The record is written before anything is started; the next pass starts it. */
async function recordRun(
  core: Core,
  { tick, agent }: { readonly tick: Tick; readonly agent: AgentConfig },
  { plan, launch, prompt, token, files }: PreparedRun,
  triggers: readonly Trigger[],
): Promise<void> {
  const { launches } = core.life
  let held: Held | undefined
  try {
    prepareRun(launch.folder, { ...launch, prompt, token, files })
    held = await write(core, (tx, emit) => {
      const hold = holdOf(core, tx) ?? (tick.forced ? undefined : holdOfAgent(tx, tick.agent))
      if (hold !== undefined) return { detail: hold, dueAgain: true }
      const limit = limitOf(core, tx, emit, agent)
      if (limit !== undefined) return { detail: limit, dueAgain: false }
      insertRun(tx, plan)
      keepToken(tx, plan.id, token)
      reserveSpending(tx, plan, core.clock.now().wall)
      tellNear(core, tx, emit, agent)
      setTickRun(tx, tick.id, 'running', plan.id)
      const ids = triggers.map(({ id }) => id)
      takeTriggers(tx, ids, tick.id)
      rememberDelivery(tx, ids, plan.id)
      // In the same turn as the record: a pass in between would take it for a run that a dead daemon left.
      launches.set(plan.id, launch)
      return undefined
    })
  } catch (error) {
    launches.delete(plan.id)
    remove(launch.folder) // On a full disk every byte counts, and this run is prepared anew under another id.
    throw error
  }
  if (held === undefined) linkForPeople(core, plan, launch.folder)
  else await holdTick(core, tick, held, launch.folder)
}

/** A run goes on without its links. */
export function linkForPeople(core: Core, { workspace, id }: PreparedRun['plan'], folder: string): void {
  const linked = linkLogs(innerPath(logsFolder(workspace), core.config.agents), id, folder)
  if (linked.kind === 'refused')
    core.log.warn('cannot link what a run prints', { run: id, error: linked.detail })
}

/** What came between while the tick was being assembled. */
interface Held {
  readonly detail: string
  /** Once a pause is lifted the tick is due at once; a slot that a limit holds is over. */
  readonly dueAgain: boolean
}

/** The last word on a start: of several ticks that are assembled at one time each was allowed before the others reserved anything. */
export function limitOf(core: Core, tx: Tx, emit: Emit, agent: AgentConfig): string | undefined {
  const judgement = judgeNow(core, tx, agent)
  const now = core.clock.now().wall
  if (judgement.hold !== undefined) tellLimits(tx, emit, 'reached', { agent: agent.name, judgement, now })
  return judgement.hold?.detail
}

async function holdTick(core: Core, tick: Tick, { detail, dueAgain }: Held, folder: string): Promise<void> {
  remove(folder)
  if (core.life.stopping !== 'no') return // The next daemon assembles it again.
  await endWithout(core, tick, { kind: 'held', detail }, dueAgain ? { dueAt: core.clock.now() } : {})
}

async function stayQuiet(
  core: Core,
  tick: Tick,
  agent: AgentConfig,
  assembly: Assembly,
  durationMs: number,
): Promise<void> {
  const savedTokens = aboutTokens(assembly.prompt)
  const { reason } = assembly.decision
  const now = core.clock.now()
  const end: TickEnd = { kind: 'quiet', detail: reason, savedTokens }
  await write(core, (tx, emit) => {
    const state = readAgent(tx, agent.name)
    endTick(tx, tick.id, now.wall, end, assembly.layerDigests)
    const passed = state ? slotsPassed(state, slotsOf(agent, state), now.wall, now) : {}
    updateAgent(tx, agent.name, { addQuiet: 1, addSaved: savedTokens, ...passed })
    emit('tick.quiet', { agent: agent.name }, { tick: tickName(tick), reason, savedTokens, durationMs })
  })
  tellEnd(core, tick, null, end)
}

async function failTick(
  core: Core,
  tick: Tick,
  agent: AgentConfig,
  { reason, triggers }: { readonly reason: string; readonly triggers: readonly Trigger[] },
): Promise<void> {
  const now = core.clock.now()
  const end: TickEnd = { kind: 'failed', detail: reason }
  await write(core, (tx, emit) => {
    const state = readAgent(tx, agent.name)
    endTick(tx, tick.id, now.wall, end, { core: null, operator: null })
    // Its wakes wait as they would after a failed run: at once again would only be the same failure. One that came
    // meanwhile was in no attempt and waits for nothing.
    const ids = triggers.map(({ id }) => id)
    takeTriggers(tx, ids, tick.id)
    returnTriggers(tx, tick.id, now, 'retry')
    if (state) {
      const intervalMs = intervalOf(slotsOf(agent, state), now.wall)
      const breaker = afterFailedTick(state.breaker, reason, { now, intervalMs, wokeRecently: false })
      sayBreaker(emit, agent.name, state.breaker, breaker)
      updateAgent(tx, agent.name, { breaker })
    }
    emit('tick.failed', { agent: agent.name }, { tick: tickName(tick), reason })
  })
  tellEnd(core, tick, null, end)
}

async function endWithout(core: Core, tick: Tick, end: TickEnd, change: AgentChange = {}): Promise<void> {
  await write(core, (tx, emit) => {
    endTick(tx, tick.id, core.clock.now().wall, end, { core: null, operator: null })
    updateAgent(tx, tick.agent, change)
    emit('tick.held', { agent: tick.agent }, { tick: tickName(tick), reason: end.detail })
  })
  tellEnd(core, tick, null, end)
}
