/** What lies in the handoff folders, and what marrow knows of who sent it: for the operator, and for an agent's own runs. */
import { basename } from 'node:path'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { plain, plainStart } from '../../base/plain.ts'
import { isoTime } from '../../base/time.ts'
import type { AgentConfig } from '../../config/config.ts'
import { innerPath } from '../../config/inner.ts'
import { handoffDir, type Handoff, type HandoffParty } from '../../handoffs/folders.ts'
import { allHandoffs, doneHandoffs, readText, type HandoffText } from '../../handoffs/observe.ts'
import { handoffAt, type SentRow } from '../../handoffs/store.ts'
import type { HandoffView } from '../../ipc/protocol/handoffs.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import type { InnerPath } from '../../platform/inside.ts'
import { taskTitle } from '../../tasks/queue.ts'
import type { Core } from '../core.ts'
import { redactorFor, type Redact } from '../redaction.ts'

const WAITING_MAX = 200
const DONE_MAX = 20
const DONE_SEARCHED_MAX = 1_000 // When one is asked for by its name.
const TITLE_CHARS_MAX = 120
const TEXT_BYTES_MAX = 65_536

/** `own`: only what is from or to this agent. */
export async function listHandoffs(core: Core, own: AgentConfig | undefined): Promise<ResultOf<'handoffs'>> {
  const { waiting, done, notes } = await find(core, own, DONE_MAX)
  const shown = waiting.slice(0, WAITING_MAX)
  const redact = redactorFor(core)
  const view = (one: Found) => viewOf(one, read(one), redact) ?? []
  return {
    waiting: shown.flatMap(view),
    more: waiting.length - shown.length,
    done: done.flatMap(view),
    notes: [...notes],
  }
}

/** Throws NOT_FOUND for what is nowhere, or in several places, or somebody else's. */
export async function showHandoff(
  core: Core,
  written: string,
  own: AgentConfig | undefined,
): Promise<ResultOf<'showHandoff'>> {
  const { waiting, done } = await find(core, own, DONE_SEARCHED_MAX)
  const one = named(written, [...waiting, ...done])
  const file = read(one, TEXT_BYTES_MAX)
  const redact = redactorFor(core)
  const view = viewOf(one, file, redact)
  if (file === undefined || view === undefined) throw unknown(written)
  return { ...view, text: redact(file.text), cut: file.bytes > TEXT_BYTES_MAX }
}

/** A file with what is on record of it. */
interface Found {
  readonly one: Handoff
  readonly dir: InnerPath
  readonly row: SentRow | undefined
  /** By their names as agents, where they are some. */
  readonly from: string
  readonly to: string
  /** Epoch ms; undefined: it waits. */
  readonly movedAt: number | undefined
}

interface FoundAll {
  /** Oldest first. */
  readonly waiting: readonly Found[]
  /** Newest first. */
  readonly done: readonly Found[]
  readonly notes: readonly string[]
}

async function find(core: Core, own: AgentConfig | undefined, doneMax: number): Promise<FoundAll> {
  const { agents } = core.config
  const waiting: Found[] = []
  const done: Found[] = []
  const notes: string[] = []
  for (const workspace of new Set(agents.map((agent) => agent.workspace))) {
    const dir = innerPath(handoffDir(workspace), agents)
    try {
      const there = await allHandoffs(dir)
      const moved = await doneHandoffs(dir, doneMax)
      await core.db.read((tx) => {
        const found = (one: Handoff, movedAt: number | undefined): Found => {
          const row = handoffAt(tx, one.path)
          const [from, to] = [nameIn(one.from, agents), nameIn(one.to, agents)]
          return { one, dir, row, from, to, movedAt }
        }
        waiting.push(...there.map((one) => found(one, undefined)))
        done.push(...moved.map((one) => found(one, one.movedAt)))
      })
    } catch (error) {
      notes.push(plain(reasonOf(error)))
    }
  }
  const isOwn = ({ from, to, row }: Found) => own === undefined || [from, to, row?.agent].includes(own.name)
  return {
    waiting: waiting.filter(isOwn).toSorted((a, b) => a.one.modifiedAt - b.one.modifiedAt),
    done: done
      .filter(isOwn)
      .toSorted((a, b) => (b.movedAt ?? 0) - (a.movedAt ?? 0))
      .slice(0, doneMax),
    notes: own === undefined ? notes : [],
  }
}

function nameIn(written: string, agents: readonly (HandoffParty & { readonly name: string })[]): string {
  return agents.find(({ name, slug }) => name === written || slug === written)?.name ?? written
}

/** What was sent has to be read to its end, to be told from what was changed. */
function read({ dir, one, row }: Found, bytesMax = 4_096): HandoffText | undefined {
  return readText(dir, one, { whole: row !== undefined, bytesMax })
}

function viewOf(
  { one, row, from, to, movedAt }: Found,
  file: HandoffText | undefined,
  redact: Redact,
): HandoffView | undefined {
  if (file === undefined) return undefined // Taken away meanwhile.
  const name = basename(one.path)
  const sent = row !== undefined && row.digest === file.digest ? row : undefined
  return {
    file: name,
    path: one.path,
    from: sent === undefined ? from : (sent.agent ?? 'human'),
    proven: sent !== undefined,
    role: sent?.role ?? null,
    run: sent?.run ?? null,
    to,
    title: plainStart(redact(taskTitle(file.text, name)), TITLE_CHARS_MAX),
    state: movedAt === undefined ? 'waiting' : 'done',
    at: isoTime(sent?.at ?? one.modifiedAt),
    done_at: movedAt === undefined ? null : isoTime(movedAt),
    bytes: file.bytes,
  }
}

const NAMED_MAX = 5

/** By its path, its name, or a part of that which no other has. */
function named(written: string, all: readonly Found[]): Found {
  const byPath = all.filter(({ one }) => one.path === written)
  const byName = all.filter(({ one }) => basename(one.path) === written)
  const byPart = all.filter(({ one }) => basename(one.path).includes(written))
  const found = [byPath, byName, byPart].find((some) => some.length > 0) ?? []
  const [first, ...more] = found
  if (first === undefined) throw unknown(written)
  if (more.length === 0) return first
  const paths = found.slice(0, NAMED_MAX).map(({ one }) => plain(one.path))
  throw new MarrowError(
    'NOT_FOUND',
    `Cannot tell which handoff is meant: ${found.length} have ${JSON.stringify(plainStart(written, 60))} in their names.`,
    { fix: `Write more of it, or a whole path: ${paths.join(', ')}.` },
  )
}

function unknown(written: string): MarrowError {
  return new MarrowError('NOT_FOUND', `Cannot show ${plainStart(written, 200)}: there is no such handoff.`, {
    fix: 'marrow handoff list shows those that there are.',
  })
}
