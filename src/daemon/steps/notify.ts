/** Tells the operator what cannot wait: from the journal to notices, from notices to each destination. */
import type { Moment } from '../../base/moment.ts'
import { clockTime } from '../../base/time.ts'
import { send, type Sent } from '../../notify/apply.ts'
import { destinationsOf, titleOf, type Destination } from '../../notify/destinations.ts'
import { digestStep } from '../../notify/digest.ts'
import { gather, isReady, tell } from '../../notify/fold.ts'
import { noticeOf, toldKinds } from '../../notify/notices.ts'
import {
  addNotice,
  beginTry,
  closeGathering,
  dropDeliveries,
  endDelivery,
  failTry,
  forgetWaiting,
  isDue,
  newestOf,
  openGatherings,
  readCursor,
  readDigest,
  readMessage,
  saveCursor,
  saveDigest,
  saveGathering,
  waitingDeliveries,
  type Delivery,
} from '../../notify/store.ts'
import { journalBounds, readBatch } from '../../observability/store.ts'
import type { Period } from '../../report/period.ts'
import { reportText } from '../../report/text.ts'
import { write, type Core } from '../core.ts'
import { noticeGround } from '../notice-ground.ts'
import { redactData, redactorFor } from '../redaction.ts'
import { reportOf } from '../report.ts'

const ROWS_MAX = 500 // Of the journal, in one pass.
const SENT_MAX = 20 // In one job: whoever stops the daemon does not wait for more.
const JOBS = 'notify:'

/**
 * Goes on where the last daemon stopped to look at the journal. Who is told for the first time is not told of the past;
 * where nobody is told any more, nothing waits for a later day.
 */
export async function openNotices(core: Core): Promise<void> {
  const isTold = destinationsOf(core.config.notify).length > 0
  const cursor = await core.db.read(readCursor)
  core.life.noticesReadTo = isTold ? cursor : undefined
  if (isTold === (cursor !== undefined)) return
  if (!isTold) return core.db.write(forgetWaiting)
  core.life.noticesReadTo = await core.db.write((tx) => {
    const { newest } = journalBounds(tx)
    saveCursor(tx, newest)
    return newest
  })
}

/** Returns in how many ms it wants to be called again. It waits for nobody: what is slow is a job of each destination. */
export async function tellOperator(core: Core, now: Moment): Promise<number> {
  const { life, config } = core
  const destinations = destinationsOf(config.notify)
  if (destinations.length > 0 !== (life.noticesReadTo !== undefined)) await openNotices(core)
  if (destinations.length === 0) return Number.POSITIVE_INFINITY
  if (life.stopping !== 'no') {
    core.jobs.abort(JOBS) // The next daemon goes on with what waits.
    return Number.POSITIVE_INFINITY
  }
  await makeDigest(core, now, destinations)
  const waits = [await takeEvents(core, now), await closeReady(core, now, destinations)]
  await deliverDue(core, now, destinations)
  return Math.min(...waits)
}

async function takeEvents(core: Core, now: Moment): Promise<number> {
  const choice = { kinds: toldKinds, agent: undefined, run: undefined }
  const batch = await core.db.read((tx) => readBatch(tx, core.life.noticesReadTo ?? 0, choice, ROWS_MAX))
  const cliOf = (name: string) => core.config.agents.find((agent) => agent.name === name)?.adapter
  const notices = batch.rows.flatMap((row) => noticeOf(row, cliOf) ?? [])
  if (notices.length > 0) {
    await core.db.write((tx) => {
      const known = newestOf(
        tx,
        notices.map(({ key }) => key),
      )
      for (const gathering of gather(notices, known, now.wall)) saveGathering(tx, gathering)
      saveCursor(tx, batch.lookedTo)
    })
  }
  core.life.noticesReadTo = batch.lookedTo
  return batch.atEnd ? Number.POSITIVE_INFINITY : 0
}

async function closeReady(core: Core, now: Moment, to: readonly Destination[]): Promise<number> {
  const open = await core.db.read(openGatherings)
  const ready = open.filter((one) => isReady(one, now.wall))
  if (ready.length > 0) {
    await core.db.write((tx) => {
      for (const one of ready) closeGathering(tx, one.id, tell(one, now.wall), namesOf(to))
    })
  }
  const waits = open.filter((one) => !ready.includes(one)).map(({ readyAt }) => readyAt - now.wall)
  return Math.min(Number.POSITIVE_INFINITY, ...waits)
}

async function deliverDue(core: Core, now: Moment, to: readonly Destination[]): Promise<void> {
  const waiting = await core.db.read(waitingDeliveries)
  const gone = new Set(waiting.map(({ destination }) => destination)).difference(new Set(namesOf(to)))
  for (const name of gone) await core.db.write((tx) => dropDeliveries(tx, name))
  for (const one of to) {
    if (waiting.some((delivery) => delivery.destination === one.name && isDue(delivery, now)))
      core.jobs.start(JOBS + one.name, (signal) => deliver(core, one, signal))
  }
}

async function deliver(core: Core, to: Destination, signal: AbortSignal): Promise<void> {
  const now = core.clock.now()
  const waiting = await core.db.read(waitingDeliveries)
  const due = waiting.filter((one) => one.destination === to.name && isDue(one, now))
  for (const delivery of due.slice(0, SENT_MAX)) {
    if (signal.aborted) return
    const message = await core.db.write((tx) => {
      beginTry(tx, delivery, core.clock.now())
      return readMessage(tx, delivery.notice)
    })
    if (message) await record(core, delivery, await send(to, message, noticeGround(core, signal)), signal)
  }
}

async function record(core: Core, delivery: Delivery, sent: Sent, signal: AbortSignal): Promise<void> {
  const { wall } = core.clock.now()
  if (sent.ok) return core.db.write((tx) => endDelivery(tx, delivery, wall))
  if (signal.aborted) return // That says nothing of the destination.
  const { reason } = sent
  const to = titleOf(delivery.destination)
  if (delivery.attempts === 0) core.log.warn('a notice is tried again later', { to, error: reason })
  await write(core, (tx, emit) => {
    if (failTry(tx, delivery, wall, reason)) emit('notice.failed', {}, { to, reason })
  })
}

async function makeDigest(core: Core, { wall }: Moment, destinations: readonly Destination[]): Promise<void> {
  const last = await core.db.read(readDigest)
  const step = digestStep(core.config.notify.digestAt, last, wall)
  if (step.kind === 'wait') {
    if (step.last !== last) await core.db.write((tx) => saveDigest(tx, step.last))
    return
  }
  core.jobs.start(`${JOBS}digest`, async (signal) => {
    const { from, next } = step
    const told = {
      title: `marrow since ${clockTime(from, next.to)}`,
      text: await textOf(core, { from, to: next.to }),
    }
    if (signal.aborted) return
    const words = redactData(told, redactorFor(core))
    await core.db.write((tx) => {
      addNotice(tx, { kind: 'digest', at: next.to, agents: [], count: 0, ...words }, namesOf(destinations))
      saveDigest(tx, next)
    })
  })
}

function textOf(core: Core, period: Period): Promise<string> {
  return core.db.read((tx) => reportText(reportOf(core, tx, period)))
}

function namesOf(destinations: readonly Destination[]): string[] {
  return destinations.map(({ name }) => name)
}
