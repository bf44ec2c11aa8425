/** A run that another run asked for, from its place on record to its launch. A job: assembled, prepared, recorded; the next pass launches it. */
import { reasonAndFix } from '../../base/errors.ts'
import { msUntil } from '../../base/moment.ts'
import { innerPath } from '../../config/inner.ts'
import type { AgentConfig } from '../../config/config.ts'
import { endDelegation, readDelegation, setDelegationState, type Delegation } from '../../delegation/store.ts'
import { reserveSpending } from '../../limits/store.ts'
import { remove } from '../../platform/files.ts'
import { makeInside } from '../../platform/inside.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { prepareRun } from '../../runner/apply/launch.ts'
import { describeOutcome } from '../../runner/outcome.ts'
import type { RunRecord } from '../../runner/record.ts'
import { insertRun, readRun } from '../../runner/store.ts'
import { aroundRun } from '../around.ts'
import { observeWorld } from '../world.ts'
import { folderOf, write, type Core, type Emit } from '../core.ts'
import { environmentOf } from '../environment.ts'
import { gitRunner } from '../fences.ts'
import { reportChild } from '../handoffs/child-report.ts'
import { hopsOfLineage } from '../handoffs/origin.ts'
import { notesPath } from '../notes.ts'
import { isNative, prepare, type PreparedRun } from '../prepare.ts'
import { routeOf } from '../role-route.ts'
import { rolesFor } from '../roles.ts'
import { tellNear } from '../spending.ts'
import { groundOf, standingIn } from '../standing.ts'
import { limitOf, linkForPeople } from '../tick.ts'
import { agentsDoorOf, keepToken, makeToken } from '../tokens.ts'
import { assembleChild } from './assemble-child.ts'
import { childEntry } from './entry.ts'
import { holdOfChild } from './hold.ts'

/** The key of the job. */
export function childKey({ run }: Pick<Delegation, 'run'>): string {
  return `child:${run}`
}

/** Leaves the child waiting when the daemon goes away meanwhile: the next one takes it up. */
export async function startChild(core: Core, run: string, signal: AbortSignal): Promise<void> {
  const child = await core.db.read((tx) => readDelegation(tx, run))
  // A job before this one may have begun it since the pass looked: its folder and its token are in use.
  if (child?.state !== 'waiting') return
  const agent = core.config.agents.find(({ name }) => name === child.agent)
  if (agent === undefined) return failChild(core, child, 'the agent is no longer in the configuration')
  if (msUntil(child.deadline, core.clock.now()) <= 0)
    return failChild(core, child, 'its time was over before it could begin')
  const standing = standingIn(groundOf(core), agent)
  if (standing.kind === 'held') {
    // While the wall is still being tested nobody knows; the end of that wakes the loop.
    return standing.testing ? undefined : failChild(core, child, standing.reason)
  }
  remove(folderOf(core.config, run)) // A daemon before this one may have died while it took the child back.
  let prepared: PreparedRun
  try {
    prepared = await prepareChild(core, agent, child, signal)
  } catch (error) {
    if (!signal.aborted) await failChild(core, child, reasonAndFix(error))
    return
  }
  if (!signal.aborted) await recordChild(core, agent, child, prepared)
}

async function prepareChild(
  core: Core,
  agent: AgentConfig,
  child: Delegation,
  signal: AbortSignal,
): Promise<PreparedRun> {
  const { config, program, env } = core
  const roles = await rolesFor(agent, config)
  const role = roles.catalogue.roles.get(child.role)
  if (role === undefined) throw new Error(`the role ${child.role} is gone or has a mistake by now`)
  const timeoutMs = msUntil(child.deadline, core.clock.now())
  const entry = childEntry(agent, config, { role, roles, timeoutMs })
  using notes = makeInside(innerPath(notesPath(agent), config.agents))
  const door = agentsDoorOf(core, child.run)
  const its = environmentOf(entry, { program, env, role: role.id, run: child.run, notes: notes.path, door })
  const look = { config, known: [], signal, run: gitRunner(groundOf(core), agent) }
  const { git } = await observeWorld(agent, look)
  const among = { run: child.run, agent: entry, role, roles, config, program, env: its, door }
  const route = routeOf({ ...among, ancestors: child.roles })
  const hops = await core.db.read((tx) => hopsOfLineage(tx, child))
  const assembly = await assembleChild(
    { child, agent: entry, role, route, config, program, hops },
    { env: its, git },
  )
  const now = core.clock.now()
  return prepare({
    origin: {
      tick: 0,
      tickName: child.tickName,
      lineage: child.lineage,
      causes: ['delegation'],
      dueAt: child.askedAt,
    },
    agent: entry,
    run: child.run,
    folder: folderOf(config, child.run),
    launcher: program.launcher,
    assembly,
    token: makeToken(core),
    now,
    around: aroundRun(core, entry, { id: child.run, env: its, native: isNative(assembly) }),
  })
}

/** As for a tick: nothing is started that is not on record, or that may no longer start by now. */
async function recordChild(
  core: Core,
  agent: AgentConfig,
  child: Delegation,
  { plan, launch, prompt, token, files }: PreparedRun,
): Promise<void> {
  const { launches } = core.life
  let recorded = false
  try {
    prepareRun(launch.folder, { ...launch, prompt, token, files })
    recorded = await write(core, (tx, emit) => {
      if (readDelegation(tx, child.run)?.state !== 'waiting' || isAbandoned(tx, child)) return false
      if (core.life.stopping !== 'no') return false // The next daemon takes it up.
      const root = child.lineage[0] ?? child.parent
      const held = holdOfChild(core, tx, { agent: agent.name, root }) ?? limitOf(core, tx, emit, agent)
      if (held !== undefined) {
        neverBegins(core, tx, emit, { child, reason: held })
        return false
      }
      insertRun(tx, plan)
      keepToken(tx, plan.id, token)
      reserveSpending(tx, plan, core.clock.now().wall)
      tellNear(core, tx, emit, agent)
      setDelegationState(tx, child.run, 'running')
      launches.set(plan.id, launch)
      return true
    })
  } finally {
    if (!recorded) {
      launches.delete(plan.id)
      remove(launch.folder)
    }
  }
  if (recorded) linkForPeople(core, plan, launch.folder)
}

/** Whether the run that asked for it is over, or about to be; one that was detached goes on alone. */
export function isAbandoned(tx: Tx, { parent, detached }: Pick<Delegation, 'parent' | 'detached'>): boolean {
  if (detached) return false
  const run = readRun(tx, parent)
  return run === undefined || run.state === 'ended' || run.ending !== undefined
}

/** It never becomes a run. */
export async function failChild(core: Core, child: Delegation, reason: string): Promise<void> {
  await write(core, (tx, emit) => neverBegins(core, tx, emit, { child, reason }))
}

/**
 * Whether its run has ended and this is not on record. So an older marrow leaves it: it may work on this store and knows
 * nothing of children, whose places would be taken for ever.
 */
export function isOver({ state }: Pick<Delegation, 'state'>, run: RunRecord | undefined): boolean {
  return state === 'running' && (run === undefined || run.state === 'ended')
}

/** Puts that end on record, and reports it. */
export async function closeChild(core: Core, child: Delegation, run: RunRecord | undefined): Promise<void> {
  const outcome = run?.outcome === undefined ? 'its run is no longer on record' : describeOutcome(run.outcome)
  await core.db.write((tx) => {
    endDelegation(tx, child.run, core.clock.now().wall)
    reportChild(core, tx, child, { outcome, result: run?.reading?.result })
  })
}

function neverBegins(
  core: Core,
  tx: Tx,
  emit: Emit,
  { child, reason }: { readonly child: Delegation; readonly reason: string },
): void {
  endDelegation(tx, child.run, core.clock.now().wall, reason)
  reportChild(core, tx, child, { outcome: `not started: ${reason}`, result: undefined })
  const about = { agent: child.agent, run: child.parent }
  emit('delegation.failed', about, { role: child.role, child: child.run, reason })
}
