/** Sends a handoff: on record first, then written, then told of. Whatever ends the daemon in between, it is sent once. */
import { basename, dirname, join } from 'node:path'
import { sha256 } from '../../base/digest.ts'
import { fingerprintOf } from '../../base/file-fingerprint.ts'
import { MarrowError } from '../../base/errors.ts'
import type { AgentConfig, Config } from '../../config/config.ts'
import { innerPath } from '../../config/inner.ts'
import { isDone, writeHandoff } from '../../handoffs/apply.ts'
import { handoffContent } from '../../handoffs/content.ts'
import { handoffFile } from '../../handoffs/file-name.ts'
import { DONE_FOLDER, folderName, handoffDir, PERSON, type HandoffParty } from '../../handoffs/folders.ts'
import { wakeBy, type Origin, type Wake } from '../../handoffs/hops.ts'
import {
  endHandoff,
  insertHandoff,
  isTaken,
  markWritten,
  moveUnwritten,
  readHandoff,
  type Sending,
  type SentRow,
} from '../../handoffs/store.ts'
import { markSeen } from '../../heartbeat/store/seen.ts'
import { insertTrigger } from '../../heartbeat/store/triggers.ts'
import { entryInside } from '../../platform/inside.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { write, type Core, type Emit } from '../core.ts'
import { handoffPlace } from './place.ts'

/** A handoff that may be sent. */
export interface Letter extends Origin {
  /** In whose name: an agent, or the operator. */
  readonly from: HandoffParty
  readonly sender: Pick<Sending, 'agent' | 'role' | 'run'>
  readonly to: HandoffParty
  /** Whose handoff folder it goes to. */
  readonly workspace: string
  readonly title: string
  readonly text: string
  readonly wake: boolean
}

const COPIES_MAX = 1_000 // Of one title in one second. More is a caller gone wild.

/** By which the same words are known again. */
export function digestOf({ title, text }: Pick<Letter, 'title' | 'text'>): string {
  return sha256(handoffContent(title, text))
}

/** A part of a transaction of its caller; `writeOut` goes on with what it returns, or the next pass. */
export function recordHandoff(tx: Tx, letter: Letter, at: number): SentRow {
  const { from, to, workspace, title, text, wake, hops, startsLineage } = letter
  const folder = join(handoffDir(workspace), folderName(from, to))
  const content = handoffContent(title, text)
  const path = freePath(tx, folder, (copy) => handoffFile(from, title, at, copy))
  const one = { path, digest: digestOf(letter), receiver: to.name, title, hops, startsLineage, wake, at }
  return insertHandoff(tx, { ...one, ...letter.sender }, content)
}

function freePath(tx: Tx, folder: string, named: (copy: number) => string): string {
  for (let copy = 1; copy <= COPIES_MAX; copy += 1) {
    const path = join(folder, named(copy))
    if (!isTaken(tx, path)) return path
  }
  throw new MarrowError(
    'TOO_MANY',
    `Cannot send the handoff: ${COPIES_MAX} of this title were sent just now.`,
    {
      fix: 'Give it another title, or say all of it in one.',
    },
  )
}

const TRIES_MAX = 50 // With names that are somebody else's files.

/** Writes what is on record and not written yet. Throws CANNOT_WRITE; it is on record all the same. */
export async function writeOut(core: Core, id: number): Promise<void> {
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    // File and row in one synchronous turn: nobody of this daemon sees one without the other.
    if (await write(core, (tx, emit) => writeOne(core, tx, emit, id))) return
  }
  throw new MarrowError('CANNOT_WRITE', 'Cannot write the handoff: all its names are taken.', {
    fix: 'Move away what lies in its folder.',
  })
}

/** False: its name is taken, and it has another one now. */
function writeOne(core: Core, tx: Tx, emit: Emit, id: number): boolean {
  const row = readHandoff(tx, id)
  if (row?.content === undefined) return true
  const { agents } = core.config
  const now = core.clock.now().wall
  const file = handoffPlace(row.path, agents)
  if (file === undefined) {
    markWritten(tx, id)
    endHandoff(tx, row.path, now)
    core.log.warn('a handoff has nobody left to go to', { to: row.receiver })
    return true
  }
  if (isDone(file, row.content)) {
    markWritten(tx, id) // Written by a daemon that died of it, and taken care of since.
    endHandoff(tx, row.path, now, join(dirname(row.path), DONE_FOLDER, basename(row.path)))
    return true
  }
  if (writeHandoff(file, row.content) === 'taken') {
    const from = { slug: basename(dirname(row.path)).split('-to-')[0] ?? '' }
    moveUnwritten(
      tx,
      id,
      freePath(tx, dirname(row.path), (copy) => handoffFile(from, row.title, row.at, copy)),
    )
    return false
  }
  markWritten(tx, id)
  tellOf(core, tx, emit, row)
  return true
}

/** What a handoff sets going, in the transaction in which it is written. */
function tellOf(core: Core, tx: Tx, emit: Emit, row: SentRow): void {
  const { path, title, receiver, run, hops } = row
  const { agents } = core.config
  const at = core.clock.now().wall
  const entry = entryInside(innerPath(path, agents))
  if (entry) markSeen(tx, path, fingerprintOf(entry), at, hops)
  const about = { agent: row.agent, run }
  const told = { file: basename(path), title }
  const to = agents.find(({ name }) => name === receiver)
  if (to === undefined) return emit('handoff.left', about, { from: row.agent ?? PERSON, ...told })
  emit('handoff.sent', about, { to: to.name, ...told })
  const wake = row.wake ? wakeOf(to, row) : undefined
  const reason = `new handoff ${path}`
  insertTrigger(tx, {
    agent: to.name,
    cause: 'handoff',
    byAgent: row.agent !== undefined,
    wakes: wake?.kind === 'wakes',
    path,
    reason,
    prompt: null,
    at,
  })
  emit('wake.received', { agent: to.name }, { cause: 'handoff', reason })
  if (wake?.kind === 'waits') tellHeld(emit, to, path, wake)
}

/** What a handoff does to an agent; undefined: no handoff wakes it. */
function wakeOf({ wakeOn }: Pick<AgentConfig, 'wakeOn'>, origin: Origin): Wake | undefined {
  return wakeOn.includes('handoff') ? wakeBy(origin) : undefined
}

/** It would have woken its receiver, were it not for where it comes from. */
export function tellHeld(
  emit: Emit,
  { name }: Pick<AgentConfig, 'name'>,
  path: string,
  { rule, reason }: Extract<Wake, { kind: 'waits' }>,
): void {
  emit('handoff.held', { agent: name }, { file: basename(path), rule, reason })
}

/** What becomes of a handoff now, as a sentence for its sender. */
export function nextOf({ agents }: Pick<Config, 'agents'>, row: SentRow): { wakes: boolean; next: string } {
  const to = agents.find(({ name }) => name === row.receiver)
  if (to === undefined) return { wakes: false, next: 'The operator is told of it.' }
  const wake = wakeOf(to, row)
  if (row.wake && wake?.kind === 'wakes') return { wakes: true, next: `${to.name} is woken by it.` }
  const held = wake?.kind === 'waits' ? wake.reason : `its wake_on has no "handoff"`
  const reason = row.wake ? held : 'it was sent so'
  return { wakes: false, next: `${to.name} gets it with its next prompt, and is not woken: ${reason}.` }
}
