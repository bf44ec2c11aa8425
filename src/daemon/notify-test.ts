/** Sends a test notice to every destination. */
import { MarrowError } from '../base/errors.ts'
import type { Config } from '../config/config.ts'
import type { ResultOf } from '../ipc/protocol/table.ts'
import { send, type Sent } from '../notify/apply.ts'
import { destinationsOf, titleOf, type Destination } from '../notify/destinations.ts'
import type { Message } from '../notify/messages.ts'
import { noticeGround } from './notice-ground.ts'

/** Whose destinations they are, and from where they are told. */
export interface TestGround {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch ms. */
  readonly at: number
  readonly signal: AbortSignal
}

/** To all at once, not folded with anything and not tried again. Throws USAGE when nobody is to be told. */
export async function testNotices(ground: TestGround): Promise<ResultOf<'notifyTest'>> {
  const { config, at, signal } = ground
  const all = destinationsOf(config.notify)
  if (all.length === 0) throw nobody(config.path)
  const message: Message = {
    kind: 'test',
    at,
    title: 'marrow: a test notice',
    text: 'This is how marrow tells you what cannot wait. Nothing is wrong.',
    agents: [],
    count: 0,
  }
  const destinations = await Promise.all(
    all.map(async (to) => view(to, await send(to, message, noticeGround(ground, signal)))),
  )
  return { ok: destinations.every(({ ok }) => ok), destinations }
}

function view(to: Destination, sent: Sent) {
  const told = sent.ok ? { reason: null, fix: null } : { reason: sent.reason, fix: sent.fix }
  return { to: titleOf(to.name), ok: sent.ok, ...told }
}

function nobody(path: string): MarrowError {
  const fix = `Write into ${path}, for example:\n[notify]\nntfy = "https://ntfy.sh/a-name-that-nobody-guesses"`
  return new MarrowError('USAGE', 'Cannot send a test notice: [notify] names no destination.', { fix })
}
