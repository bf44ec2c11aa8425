/** Gives everything that grows its end: run folders, rows, events, what killed looks left. A job. */
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { reasonOf } from '../base/errors.ts'
import { isRunId, slugOf } from '../base/ids.ts'
import { innerPath } from '../config/inner.ts'
import { readAgents } from '../heartbeat/store/agents.ts'
import { pruneTicks } from '../heartbeat/store/ticks.ts'
import { pruneDelegations } from '../delegation/store.ts'
import { pruneDone } from '../handoffs/apply.ts'
import { DONE_FOLDER, handoffDir, receiverOf } from '../handoffs/folders.ts'
import { pruneHandoffs, retryStuck } from '../handoffs/store.ts'
import { unusedLogins } from '../isolation/apply/login.ts'
import { keepFolder } from '../isolation/wishes.ts'
import { pruneSpending } from '../limits/store.ts'
import { pruneNotices } from '../notify/store.ts'
import { pruneEvents } from '../observability/store.ts'
import { listFolder, remove } from '../platform/files.ts'
import { sweepViews } from '../platform/git-view.ts'
import { openInside, type InnerPath } from '../platform/inside.ts'
import type { Tx } from '../platform/sqlite.ts'
import { expiredRuns } from '../runner/retention.ts'
import { logsFolder, removeRun } from '../runner/apply/logs.ts'
import { deleteRun } from '../runner/store.ts'
import { forgetFinished } from '../tasks/store.ts'
import { folderOf, type Core } from './core.ts'
import { keptRuns } from './kept-runs.ts'
import { loginOf } from './logins.ts'

const TICKS_KEPT = 500 // Per agent; counters live in the agent's own row.
const FINISHED_KEPT_DAYS = 90
const DAY_MS = 86_400_000
const SPENDING_DAYS = 62 // This month and the one before it.
const ORPHAN_MS_MIN = 3_600_000 // A folder without a row: prepared by a daemon that died before it wrote the record.
const REMOVED_AGENT = { days: 7, count: 200 } as const

export async function prune(core: Core, signal: AbortSignal): Promise<void> {
  const now = core.clock.now().wall
  const keptOf = new Map(
    core.config.agents.map((one) => [one.name, { days: one.logRetentionDays, count: one.logMaxCount }]),
  )
  const { ended, open, slugs } = await core.db.read((tx) => ({
    ...keptRuns(tx),
    slugs: slugsOf(tx),
  }))
  const byId = new Map(ended.map((run) => [run.id, run]))
  for (const id of expiredRuns(ended, (agent) => keptOf.get(agent) ?? REMOVED_AGENT, now)) {
    if (signal.aborted) return
    const isGone = orWarn(core, () =>
      removeRun(logsOf(core, byId.get(id)?.workspace ?? ''), id, folderOf(core.config, id)),
    )
    if (isGone) await core.db.write((tx) => deleteRun(tx, id))
  }
  const known = new Set([...byId.keys(), ...open.map(({ id }) => id)])
  const runs = join(core.config.stateDir, 'runs')
  for (const { name, modifiedAt } of listFolder(runs)) {
    if (isRunId(name) && !known.has(name) && modifiedAt < now - ORPHAN_MS_MIN)
      orWarn(core, () => remove(join(runs, name)))
  }
  sweepViews((pid) => core.processes.identify(pid) !== undefined, now)
  pruneDoneHandoffs(core, now)
  core.life.unwritable.clear() // What was in the way may be gone.
  pruneKept(core, { slugs, withRuns: new Set([...ended, ...open].map(({ agent }) => agent)) })
  await core.db.write((tx) => {
    pruneTicks(tx, TICKS_KEPT)
    pruneSpending(tx, now - SPENDING_DAYS * DAY_MS)
    pruneNotices(tx)
    pruneDelegations(tx, now - DAY_MS)
    forgetFinished(tx, now - FINISHED_KEPT_DAYS * DAY_MS)
    pruneHandoffs(tx, now)
    retryStuck(tx)
  })
  const { maxDays, maxEvents } = core.config.journal
  const limits = {
    before: maxDays === 0 ? undefined : now - maxDays * DAY_MS,
    rowsMax: maxEvents === 0 ? undefined : maxEvents,
  }
  // A limit that was lowered may take a million rows: others get their turn in between.
  while (!signal.aborted && (await core.db.write((tx) => pruneEvents(tx, limits)))) await breathe()
}

/** Only of folders between agents: what lies in those of a person is that person's. */
function pruneDoneHandoffs({ config, log }: Core, now: number): void {
  for (const [workspace, agents] of Map.groupBy(config.agents, (agent) => agent.workspace)) {
    const dir = innerPath(handoffDir(workspace), config.agents)
    try {
      using all = openInside(dir)
      const names = (all?.names('folder') ?? []).filter((name) => receiverOf(name, agents) !== undefined)
      for (const name of names) pruneDone({ root: dir.root, path: join(dir.path, name, DONE_FOLDER) }, now)
    } catch (error) {
      log.warn('old handoffs cannot be removed', { folder: dir.path, error: reasonOf(error) })
    }
  }
}

/** Logins and conversations of agents that are gone: no longer in the file, and without a run on record. */
function pruneKept(core: Core, agents: KnownAgents): void {
  const { logins, homes } = keptByNobody(core, agents, loginsInUse(core))
  for (const path of [...logins, ...homes]) orWarn(core, () => remove(path))
}

/** What an agent made unremovable stays, and keeps nothing else from its end. */
function orWarn({ log }: Pick<Core, 'log'>, removing: () => void): boolean {
  try {
    removing()
    return true
  } catch (error) {
    log.warn('something old cannot be removed', { error: reasonOf(error) })
    return false
  }
}

/** The folders of logins that runs began with. */
export function loginsInUse({ life }: Pick<Core, 'life'>): string[] {
  return [...life.loginOfRun.values()].map(({ place }) => place.folder)
}

/** Agents that the store knows. */
export interface KnownAgents {
  /** Of all that there ever were. */
  readonly slugs: ReadonlySet<string>
  /** The names of those that have runs on record. */
  readonly withRuns: ReadonlySet<string>
}

/** The slugs of all agents that there ever were. */
export function slugsOf(tx: Tx): Set<string> {
  return new Set([...readAgents(tx).keys()].map(slugOf))
}

/** The same as paths; what was never an agent's is somebody else's. `inUse`: logins that runs began with. */
export function keptByNobody(
  ground: Pick<Core, 'config' | 'program' | 'env'>,
  { slugs, withRuns }: KnownAgents,
  inUse: readonly string[],
): { readonly logins: readonly string[]; readonly homes: readonly string[] } {
  const { stateDir, agents: configured } = ground.config
  const names = new Set(configured.map(({ name }) => name))
  // Of those nobody knows any more which login they have.
  if ([...withRuns].some((name) => !names.has(name))) return { logins: [], homes: [] }
  const used = configured.flatMap((agent) => loginOf(ground, agent)?.folder ?? [])
  const gone = slugs.difference(new Set(configured.map(({ slug }) => slug)))
  const homes = dirname(keepFolder(stateDir, { slug: 'any' }))
  return {
    logins: unusedLogins(stateDir, [...used, ...inUse]),
    homes: listFolder(homes).flatMap(({ name }) => (gone.has(name) ? [join(homes, name)] : [])),
  }
}

/** Of an agent that has left the configuration its workspace is still a folder that an agent wrote. */
export function logsOf({ config }: Pick<Core, 'config'>, workspace: string): InnerPath {
  const path = logsFolder(workspace)
  const { root } = innerPath(workspace, config.agents)
  return { root, path }
}
