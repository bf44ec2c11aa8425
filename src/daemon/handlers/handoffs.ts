/** Handoffs, as they are sent and looked at: by the operator, and by runs in the name of their agent. */
import { MarrowError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { plainStart } from '../../base/plain.ts'
import type { AgentConfig } from '../../config/config.ts'
import type { Holder } from '../../delegation/holder.ts'
import { titleOfText } from '../../handoffs/content.ts'
import { PERSON, receiverNamed, type HandoffParty } from '../../handoffs/folders.ts'
import { originOf } from '../../handoffs/hops.ts'
import { countSent, deleteHandoff, readHandoff, sameWaiting, type SentRow } from '../../handoffs/store.ts'
import type { AgentHandlers, Handlers, ParamsOf, ResultOf } from '../../ipc/protocol/table.ts'
import { entryInside } from '../../platform/inside.ts'
import { readRun } from '../../runner/store.ts'
import { write, type Core } from '../core.ts'
import { listHandoffs, showHandoff } from '../handoffs/list.ts'
import { accountableAgent } from '../delegation/catalogue.ts'
import { handoffPlace } from '../handoffs/place.ts'
import { digestOf, nextOf, recordHandoff, writeOut, type Letter } from '../handoffs/send.ts'

type Verbs = 'sendHandoff' | 'handoffs' | 'showHandoff'

/** The handlers of these verbs at the operator's door. */
export function handoffHandlers(core: Core): Pick<Handlers, Verbs> {
  return {
    sendHandoff: (params) => send(core, params, undefined),
    handoffs: () => listHandoffs(core, undefined),
    showHandoff: ({ file }) => showHandoff(core, file, undefined),
  }
}

/** The same for runs: in the name of the agent that is accountable for them, and of nobody else. */
export function agentHandoffHandlers(core: Core): Pick<AgentHandlers, Verbs> {
  return {
    sendHandoff: (params, holder) => send(core, params, holder),
    handoffs: (_, holder) => listHandoffs(core, accountableAgent(core, holder)),
    showHandoff: ({ file }, holder) => showHandoff(core, file, accountableAgent(core, holder)),
  }
}

const SENT_MAX = 100 // By one run: more is a run gone wild, and nobody reads it.

async function send(
  core: Core,
  params: ParamsOf<'sendHandoff'>,
  holder: Holder | undefined,
): Promise<ResultOf<'sendHandoff'>> {
  const from = holder && accountableAgent(core, holder)
  const to = receiverOf(core, params.to)
  const workspace = to === PERSON ? from?.workspace : to.workspace
  if (workspace === undefined) {
    throw new MarrowError('BAD_REQUEST', 'Cannot send the handoff: it is from you, and to you.', {
      fix: 'Name an agent.',
    })
  }
  const letter: Omit<Letter, 'hops' | 'startsLineage'> = {
    from: from ?? person,
    sender: { agent: from?.name, role: holder?.role, run: holder?.run },
    to: to === PERSON ? person : to,
    workspace,
    title: params.title === undefined || params.title === '' ? titleOfText(params.text) : params.title,
    text: params.text,
    wake: params.wake,
  }
  const id = await write(core, (tx) => {
    // Sent again because an answer did not come: it is the same one.
    const same = sameWaiting(tx, {
      ...letter,
      ...letter.sender,
      digest: digestOf(letter),
      receiver: letter.to.name,
    })
    if (same && (same.content !== undefined || lies(core, same.path))) return same.id
    const run = holder && readRun(tx, holder.run)
    const origin = originOf(run ? [{ hops: run.hops ?? undefined, startsLineage: run.startsLineage }] : [])
    if (run && countSent(tx, run.id) >= SENT_MAX) throw tooMany()
    return recordHandoff(tx, { ...letter, ...origin }, core.clock.now().wall).id
  })
  const row = await written(core, id)
  core.waker.wake()
  const { wakes, next } = nextOf(core.config, row)
  return {
    file: row.path.slice(row.path.lastIndexOf('/') + 1),
    path: row.path,
    to: row.receiver,
    wakes,
    next,
  }
}

function lies({ config }: Pick<Core, 'config'>, path: string): boolean {
  const place = handoffPlace(path, config.agents)
  return place !== undefined && entryInside(place)?.kind === 'file'
}

const person: HandoffParty = { name: PERSON, slug: PERSON }

/** What could not be written was not sent, and its sender is told. */
async function written(core: Core, id: number): Promise<SentRow> {
  const failure: unknown = await writeOut(core, id).catch((error: unknown) => error)
  const row = await write(core, (tx) => {
    const found = readHandoff(tx, id)
    if (found?.content !== undefined) deleteHandoff(tx, id)
    return found
  })
  if (row !== undefined && row.content === undefined) return row
  throw failure ?? new Error('Cannot send the handoff: it is no longer on record.')
}

function tooMany(): MarrowError {
  return new MarrowError('TOO_MANY', `Cannot send the handoff: this run has sent ${SENT_MAX} already.`, {
    fix: 'Write what is left into a file, and say in your last message where it lies.',
  })
}

function receiverOf(
  { config: { agents } }: Pick<Core, 'config'>,
  asked: string,
): AgentConfig | typeof PERSON {
  const found = receiverNamed(asked, agents)
  if (found !== undefined) return found
  const names = [...agents.map(({ name }) => name), PERSON]
  const said = JSON.stringify(plainStart(asked, 60))
  throw new MarrowError('NOT_FOUND', `Cannot send the handoff: there is no agent ${said}.`, {
    fix: `${didYouMean(asked, names)}A handoff can go to: ${names.join(', ')}.`,
  })
}
