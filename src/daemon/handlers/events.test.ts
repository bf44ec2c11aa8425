import { setImmediate as breathe } from 'node:timers/promises'
import { describe, test } from 'vitest'
import { agentConfig } from '../../../test/helpers/agents.ts'
import { memoryStore } from '../../../test/helpers/store.ts'
import type { EventMessage } from '../../ipc/protocol/events.ts'
import type { ParamsOf } from '../../ipc/protocol/table.ts'
import { appendEvent, pruneEvents } from '../../observability/store.ts'
import { createGrowth } from '../core.ts'
import { eventHandlers } from './events.ts'

/** A journal that grows when the test says so, and readers of it. */
function journal() {
  const core = {
    db: memoryStore(),
    journal: createGrowth(),
    config: { agents: [agentConfig({ name: 'Big Bob', slug: 'big-bob' })] },
  }
  const { events, journal: page } = eventHandlers(core)
  const gone = new AbortController()
  return {
    page,
    gone,
    follow: (params: ParamsOf<'events'>) => events(params, gone.signal)[Symbol.asyncIterator](),
    add: async (agents: readonly (string | undefined)[]) => {
      await core.db.write((tx) =>
        agents.map((agent) => appendEvent(tx, 0, 'provider.failed', { agent }, { provider: '', reason: '' })),
      )
      core.journal.tell()
    },
    prune: (rowsMax: number) => core.db.write((tx) => pruneEvents(tx, { before: undefined, rowsMax })),
    [Symbol.dispose]: () => {
      gone.abort()
      core.db.close()
    },
  }
}

const many = (count: number, agent?: string) => Array.from({ length: count }, () => agent)

async function take(from: AsyncIterator<EventMessage>, count: number): Promise<EventMessage[]> {
  const taken: EventMessage[] = []
  while (taken.length < count) {
    const { value, done } = await from.next()
    if (done === true) break
    const message: EventMessage = value
    taken.push(message)
  }
  return taken
}

const ids = (messages: readonly EventMessage[]) => messages.map(({ id }) => id)

describe('a follower', () => {
  test('without a place hears only what is new, and knows its place from the beginning', async ({
    expect,
  }) => {
    using one = journal()
    await one.add(many(3))
    const follower = one.follow({})
    expect(await take(follower, 1)).toEqual([{ id: 3 }])
    const next = take(follower, 2)
    await one.add(many(2))
    expect(await next).toMatchObject([
      { id: 4, event: 'provider.failed', data: { id: 4, kind: 'provider.failed' } },
      { id: 5 },
    ])
  })

  test('with a place hears everything behind it, however many batches that are', async ({ expect }) => {
    using one = journal()
    await one.add(many(450))
    const follower = one.follow({ after: 40 })
    expect(ids(await take(follower, 411))).toEqual(Array.from({ length: 411 }, (_, index) => 40 + index))
  })

  test('can begin with the last ones that match', async ({ expect }) => {
    using one = journal()
    await one.add([...many(5, 'scout'), ...many(5)])
    const follower = one.follow({ last: 2, agent: 'scout' })
    expect(ids(await take(follower, 4))).toEqual([3, 4, 5, 10])
    expect(await take(one.follow({ last: 0 }), 1)).toEqual([{ id: 10 }])
  })

  test('of one agent is told how far was looked for it', async ({ expect }) => {
    using one = journal()
    await one.add([...many(250), 'scout', ...many(3)])
    const follower = one.follow({ after: 0, agent: 'scout' })
    expect(await take(follower, 3)).toMatchObject([{ id: 0 }, { id: 251, data: {} }, { id: 254 }])
    const next = take(follower, 1)
    await one.add(many(4))
    expect(await next).toEqual([{ id: 258 }])
  })

  test('that comes back after its place was pruned hears how many it lost', async ({ expect }) => {
    using one = journal()
    await one.add(many(10))
    await one.prune(4)
    const told = await take(one.follow({ after: 2 }), 4)
    expect(told).toMatchObject([
      { id: 2 },
      { event: 'journal.gap', data: { gone: 4, from: 7 } },
      { id: 6 },
      { id: 7 },
    ])
    expect(told[1]).not.toHaveProperty('id')
    expect(ids(await take(one.follow({ after: 6 }), 3))).toEqual([6, 7, 8])
  })

  test('that is so slow that pruning overtakes it hears of it in the middle', async ({ expect }) => {
    using one = journal()
    await one.add(many(300))
    const follower = one.follow({ after: 0 })
    expect((await take(follower, 51)).at(-1)).toMatchObject({ id: 50 })
    await one.prune(20)
    const rest = await take(follower, 72)
    expect(ids(rest.slice(0, 50))).toEqual(Array.from({ length: 50 }, (_, index) => 51 + index))
    expect(rest.slice(50, 53)).toMatchObject([
      { event: 'journal.gap', data: { gone: 180, from: 281 } },
      { id: 280 },
      { id: 281 },
    ])
    expect(rest.at(-1)).toMatchObject({ id: 300 })
  })

  test('that comes with the id of another journal goes on with what is new', async ({ expect }) => {
    using one = journal()
    await one.add(many(3))
    const follower = one.follow({ after: 99 })
    expect(await take(follower, 3)).toEqual([
      { id: 99 },
      { event: 'journal.gap', data: { gone: null, from: 4 } },
      { id: 3 },
    ])
    const next = take(follower, 1)
    await one.add(many(1))
    expect(ids(await next)).toEqual([4])
  })

  test('ends when nobody listens any more', async ({ expect }) => {
    using one = journal()
    const follower = one.follow({})
    await take(follower, 1)
    const next = follower.next()
    // Let it come to where it waits for more.
    for (let turn = 0; turn < 5; turn += 1) await breathe()
    one.gone.abort()
    expect(await next).toEqual({ value: undefined, done: true })
  })
})

describe('a page', () => {
  test('says where to go on, also when nothing matched', async ({ expect }) => {
    using one = journal()
    expect(await one.page({ limit: 5 })).toEqual({ events: [], next_after: 0 })
    await one.add([...many(5, 'scout'), ...many(5)])
    expect(await one.page({ limit: 2, agent: 'scout' })).toMatchObject({
      events: [{ id: 4 }, { id: 5 }],
      next_after: 10,
    })
    expect(await one.page({ limit: 2, agent: 'scout', after: 1 })).toMatchObject({
      events: [{ id: 2 }, { id: 3 }],
      next_after: 3,
    })
    expect(await one.page({ limit: 9, agent: 'nobody', after: 1 })).toEqual({ events: [], next_after: 10 })
  })
})

describe('a filter by agent', () => {
  test('knows an agent by its slug, and one that only the journal knows', async ({ expect }) => {
    using one = journal()
    await one.add(['Big Bob', 'big bop', 'scout'])
    const page = async (agent: string) =>
      (await one.page({ limit: 10, agent })).events.map((row) => row.agent)
    expect(await page('big-bob')).toEqual(['Big Bob'])
    expect(await page('big bop')).toEqual(['big bop'])
    expect(await page('stranger')).toEqual([])
  })

  test('refuses a slip, on a page and at the beginning of a stream', async ({ expect }) => {
    using one = journal()
    await expect(one.page({ limit: 10, agent: 'Big Bbo' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      fix: 'Did you mean Big Bob?',
    })
    await expect(one.follow({ agent: 'Big Bbo' }).next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

test('a page behind an id that this journal never had goes on from its newest row', async ({ expect }) => {
  using one = journal()
  await one.add(many(3))
  expect(await one.page({ limit: 10, after: 99_999 })).toEqual({ events: [], next_after: 3 })
})
