/** Takes in what files say: a new configuration, the pause file, new tasks, new handoffs. */
import { basename, join } from 'node:path'
import { plain } from '../../base/plain.ts'
import { reasonAndFix } from '../../base/errors.ts'
import { later, msUntil, type Moment } from '../../base/moment.ts'
import type { AgentConfig } from '../../config/config.ts'
import { fingerprintOf } from '../../base/file-fingerprint.ts'
import { handoffDir, receiverOf, senderToPerson } from '../../handoffs/folders.ts'
import { wakeBy } from '../../handoffs/hops.ts'
import { endHandoff, isUnwritten } from '../../handoffs/store.ts'
import type { Trigger } from '../../heartbeat/state.ts'
import {
  forgetSeen,
  isSeen,
  knowsHandoffsToPeople,
  markHandoffsToPeople,
  markSeen,
  readSeen,
} from '../../heartbeat/store/seen.ts'
import { openTicks, tickHistory } from '../../heartbeat/store/ticks.ts'
import { dropTriggersOf, insertTrigger } from '../../heartbeat/store/triggers.ts'
import { innerPath } from '../../config/inner.ts'
import { entryOf, type FileEntry } from '../../platform/files.ts'
import { listInside, openInside, type InnerPath } from '../../platform/inside.ts'
import { isTaskFile, taskTitle } from '../../tasks/queue.ts'
import { queueFolders } from '../../tasks/folders.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { markLooked, suspectRuns, type Suspect } from '../../runner/store.ts'
import { write, type Core, type Emit } from '../core.ts'
import { lookAtConfig } from '../reload.ts'
import { originIn } from '../handoffs/origin.ts'
import { tellHeld } from '../handoffs/send.ts'
import { castAnew } from './cast.ts'
import { tellAgents } from './wall.ts'
import { PAUSE_FILE } from '../pause.ts'

/** A file that asks for work, and the agents that are told of it. */
interface Found {
  readonly path: string
  readonly fingerprint: string
  /** Epoch ms. */
  readonly modifiedAt: number
  readonly cause: 'tasks' | 'handoff'
  readonly receivers: readonly { readonly agent: string; readonly wakes: boolean }[]
  /** Of a handoff: where it lies. */
  readonly folder?: { readonly path: string; readonly name: string }
  /** Of a handoff to a person: who left it. */
  readonly leftBy?: { readonly agent: string; readonly title: () => string }
}

/** What the operator switches: a step of its own, so that no agent's folder can delay the brake. */
export async function takeSwitches(core: Core): Promise<number> {
  const lookMs = lookAtConfig(core)
  await takeConfig(core)
  await lookForPause(core)
  return lookMs
}

async function takeConfig(core: Core): Promise<void> {
  const next = core.life.nextConfig
  if (!next) return
  core.life.nextConfig = undefined
  core.config = next
  core.life.agentsSynced = false
  core.life.worktreesToTidy = true
  castAnew(core)
  if (core.life.wall.state !== 'holds') core.life.wallTestedAt = undefined // Whoever changes the file may have mended it.
  await write(core, (_, emit) => {
    emit('config.loaded', {}, { path: next.path, agents: next.agents.length, warnings: next.warnings.length })
  })
  tellAgents(core)
}

async function lookForPause(core: Core): Promise<void> {
  const file = entryOf(join(core.config.stateDir, PAUSE_FILE))
  const was = core.life.pausedByFile
  core.life.pausedByFile = file?.modifiedAt
  if ((was === undefined) === (file === undefined)) return
  await write(core, (_, emit) => {
    if (file) emit('work.paused', {}, { reason: `the file ${PAUSE_FILE} is there`, by: 'file' })
    else emit('work.resumed', {}, {})
  })
}

const REST_FACTOR = 19 // So that looking takes at most a twentieth of the time, however many files wait and come.
const REST_MS_MAX = 2_000

/** Takes in new files, at once when that is quick. Returns in how many ms it wants to be called again. */
export async function takeWork(core: Core, now: Moment): Promise<number> {
  const { intakeRestsUntil } = core.life
  const restMs = intakeRestsUntil === undefined ? 0 : msUntil(intakeRestsUntil, now)
  if (restMs > 0) return restMs
  const startedAt = core.clock.now()
  await takeFiles(core, now)
  const endedAt = core.clock.now()
  const lookedMs = -msUntil(startedAt, endedAt)
  core.life.intakeRestsUntil = later(endedAt, Math.min(lookedMs * REST_FACTOR, REST_MS_MAX))
  return Number.POSITIVE_INFINITY
}

/** A file that is not in `seen`, or changed since, is new: however it came, and over any restart. */
async function takeFiles(core: Core, now: Moment): Promise<void> {
  const { seen, suspects, knowsHandoffs } = await core.db.read((tx) => ({
    seen: readSeen(tx),
    suspects: suspectRuns(tx),
    knowsHandoffs: knowsHandoffsToPeople(tx),
  }))
  const unreadable = new Map<string, string>()
  const look = (folder: InnerPath): FileEntry[] => {
    try {
      return listInside(folder)
    } catch (error) {
      unreadable.set(folder.path, reasonAndFix(error)) // One agent's broken folder must not keep the others from being woken.
      return []
    }
  }
  const found = new Map([...queued(core, look), ...handedOver(core, look)].map((file) => [file.path, file]))
  tellUnreadable(core, unreadable)
  const changed = [...found.values()].filter((file) => seen.get(file.path) !== file.fingerprint)
  const fresh = knowsHandoffs ? withoutCrowd(changed) : changed
  const gone = [...seen.keys()].filter(
    (path) => !found.has(path) && ![...unreadable.keys()].some((folder) => path.startsWith(`${folder}/`)),
  )
  const looked = suspects.flatMap(({ id, ended }) => (ended ? [id] : []))
  if (fresh.length === 0 && gone.length === 0 && looked.length === 0 && knowsHandoffs) return
  await write(core, (tx, emit) => {
    markHandoffsToPeople(tx)
    markLooked(tx, looked)
    for (const path of gone) {
      forgetSeen(tx, path)
      dropTriggersOf(tx, path)
      endHandoff(tx, path, now.wall)
    }
    const busy = new Set(openTicks(tx).map(({ agent }) => agent))
    const taking = { core, tx, emit, seen, knowsHandoffs, suspects, busy, at: now.wall }
    for (const file of fresh) takeFile(taking, file)
  })
}

interface Taking {
  readonly core: Core
  readonly tx: Tx
  readonly emit: Emit
  readonly seen: ReadonlyMap<string, string>
  readonly knowsHandoffs: boolean
  readonly suspects: readonly Suspect[]
  /** Agents with an open tick. */
  readonly busy: ReadonlySet<string>
  readonly at: number
}

function takeFile(taking: Taking, file: Found): void {
  const { core, tx, emit, seen, at } = taking
  // marrow wrote it itself since, or is about to: whoever sends it tells of it.
  if (isUnwritten(tx, file.path) || isSeen(tx, file.path, file.fingerprint)) return
  const origin = file.folder && originIn(file.folder, taking.suspects, core.config.agents)
  const wake = origin && wakeBy(origin)
  markSeen(tx, file.path, file.fingerprint, at, origin?.hops)
  if (file.leftBy && taking.knowsHandoffs && !seen.has(file.path)) {
    tellPerson(core, emit, file.path, file.leftBy)
  }
  const reason = file.cause === 'tasks' ? `new task ${file.path}` : `new handoff ${file.path}`
  for (const { agent, wakes } of file.receivers) {
    // Whoever works on a task writes into it: that is no reason to start over a minute later.
    const isOwnWork = file.cause === 'tasks' && seen.has(file.path) && wasBusy(taking, agent, file.modifiedAt)
    const trigger: Omit<Trigger, 'id' | 'attempts' | 'notBefore'> = {
      agent,
      cause: file.cause,
      byAgent: true,
      wakes: wakes && wake?.kind !== 'waits' && !isOwnWork,
      path: file.path,
      reason,
      prompt: null,
      at,
    }
    insertTrigger(tx, trigger)
    emit('wake.received', { agent }, { cause: file.cause, reason })
    if (wakes && wake?.kind === 'waits') tellHeld(emit, { name: agent }, file.path, wake)
  }
}

/** Its tick may have ended since: what counts is when the file was written. */
function wasBusy({ tx, busy }: Taking, agent: string, at: number): boolean {
  if (busy.has(agent)) return true
  const { last } = tickHistory(tx, agent)
  return last !== undefined && at >= last.begunAt && at <= last.endedAt
}

const LEFT_MAX = 100 // Each is opened for its title; the next look takes more.

function withoutCrowd(files: readonly Found[]): readonly Found[] {
  const crowd = new Set(files.filter(({ leftBy }) => leftBy !== undefined).slice(LEFT_MAX))
  return crowd.size === 0 ? files : files.filter((file) => !crowd.has(file))
}

/** Only once: whoever goes on writing into it leaves nothing new. */
function tellPerson(core: Core, emit: Emit, path: string, left: NonNullable<Found['leftBy']>): void {
  const about = core.config.agents.some(({ name }) => name === left.agent) ? { agent: left.agent } : {}
  emit('handoff.left', about, { from: left.agent, file: basename(path), title: left.title() })
}

/** Once, when it begins: the prompts of the agents there say it for as long as it lasts. */
function tellUnreadable({ life, log }: Core, unreadable: ReadonlyMap<string, string>): void {
  for (const [folder, error] of unreadable) {
    if (life.unreadable.get(folder) !== error) log.warn('cannot take in work', { folder, error })
  }
  life.unreadable = unreadable
}

type Look = (folder: InnerPath) => FileEntry[]

function queued(core: Core, look: Look): Found[] {
  const byFolder = new Map<string, { folder: InnerPath; agents: AgentConfig[] }>()
  for (const agent of core.config.agents) {
    for (const folder of queueFolders(agent, core.config)) {
      const { agents } = byFolder.get(folder.path) ?? { agents: [] }
      byFolder.set(folder.path, { folder, agents: [...agents, agent] })
    }
  }
  return [...byFolder.values()].flatMap(({ folder, agents }) => {
    const receivers = agents
      .filter(({ wakeOn }) => wakeOn.includes('tasks'))
      .map(({ name }) => ({ agent: name, wakes: true }))
    return filesIn(look(folder))
      .filter(({ name }) => isTaskFile(name))
      .map((file) => ({
        path: join(folder.path, file.name),
        fingerprint: fingerprintOf(file),
        modifiedAt: file.modifiedAt,
        cause: 'tasks' as const,
        receivers,
      }))
  })
}

function handedOver(core: Core, look: Look): Found[] {
  const byWorkspace = Map.groupBy(core.config.agents, ({ workspace }) => workspace)
  return [...byWorkspace].flatMap(([workspace, agents]) => {
    const dir = innerPath(handoffDir(workspace), core.config.agents)
    return look(dir)
      .filter(({ kind }) => kind === 'folder')
      .flatMap(({ name }) => {
        const receiver = receiverOf(name, agents)
        const sender = senderToPerson(name, agents)
        if (!receiver && sender === undefined) return []
        const receivers = receiver
          ? [{ agent: receiver.name, wakes: receiver.wakeOn.includes('handoff') }]
          : []
        const folder = { root: dir.root, path: join(dir.path, name) }
        return filesIn(look(folder)).map((file) => ({
          path: join(folder.path, file.name),
          fingerprint: fingerprintOf(file),
          modifiedAt: file.modifiedAt,
          cause: 'handoff' as const,
          receivers,
          folder: { path: folder.path, name },
          ...(sender === undefined
            ? {}
            : { leftBy: { agent: sender, title: () => titleOf(folder, file.name) } }),
        }))
      })
  })
}

/** Finished, visible files: a name that starts with a dot or ends like a temporary one is still being written. */
function filesIn(entries: readonly FileEntry[]): FileEntry[] {
  return entries.filter(({ kind, name }) => kind === 'file' && !/^\.|(?:~|\.(?:tmp|part|swp))$/.test(name))
}

const TITLE_BYTES_READ = 1_024
const TITLE_CHARS_MAX = 200

/** What the handoff says of itself; its name where it cannot be read. */
function titleOf(folder: InnerPath, name: string): string {
  const told = plain(taskTitle(startOf(folder, name), name))
  return told.slice(0, TITLE_CHARS_MAX).toWellFormed()
}

function startOf(folder: InnerPath, name: string): string {
  try {
    using open = openInside(folder)
    return new TextDecoder().decode(open?.read(name, TITLE_BYTES_READ)?.start)
  } catch {
    return '' // Taken away meanwhile, or not for marrow to read: that it was left is what counts.
  }
}
