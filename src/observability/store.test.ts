import { describe, test } from 'vitest'
import * as fc from 'fast-check'
import { memoryStore } from '../../test/helpers/store.ts'
import type { Row, Tx } from '../platform/sqlite.ts'
import { cursorBefore, journalBounds, pruneEvents, readBatch, readEvents, type EventFilter } from './store.ts'

const everything: EventFilter = {
  after: undefined,
  since: undefined,
  limit: 1_000,
  kinds: [],
  agent: undefined,
  run: undefined,
}

interface Fact {
  readonly at?: number
  readonly kind?: string
  readonly agent?: string | null
  readonly run?: string | null
}

function put(tx: Tx, { at = 0, kind = 'tick.quiet', agent = null, run = null }: Fact): number {
  const sql = "insert into events (at, kind, agent, run, data) values (?, ?, ?, ?, '{}')"
  return tx.run(sql, at, kind, agent, run).id
}

function putMany(tx: Tx, count: number, fact: (index: number) => Fact = () => ({})): void {
  for (let index = 0; index < count; index += 1) put(tx, fact(index))
}

const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id)

const name = (letters: readonly string[]) => fc.constantFrom(...letters)
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })

describe('a page', () => {
  test('is the newest rows, oldest first, or those behind an id', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => putMany(tx, 9))
    await db.read((tx) => {
      expect(ids(readEvents(tx, { ...everything, limit: 3 }))).toEqual([7, 8, 9])
      expect(ids(readEvents(tx, { ...everything, after: 4, limit: 3 }))).toEqual([5, 6, 7])
      expect(readEvents(tx, { ...everything, after: 9 })).toEqual([])
    })
    db.close()
  })

  test('begins with a time even if the clock was set back meanwhile', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => [10, 20, 30, 15, 25].map((at) => put(tx, { at })))
    await db.read((tx) => {
      expect(ids(readEvents(tx, { ...everything, since: 20 }))).toEqual([2, 3, 5])
      expect(ids(readEvents(tx, { ...everything, since: 20, after: 0, limit: 2 }))).toEqual([2, 3])
      expect(readEvents(tx, { ...everything, since: 31 })).toEqual([])
    })
    db.close()
  })

  test('of a noun has all its kinds, unknown ones too, and no other that begins like it', async ({
    expect,
  }) => {
    const db = memoryStore()
    const kinds = ['run.ended', 'runs.listed', 'run.of-the-future', 'run', 'tick.begun']
    await db.write((tx) => kinds.map((kind) => put(tx, { kind })))
    const pick = (...asked: string[]) =>
      db.read((tx) => readEvents(tx, { ...everything, kinds: asked }).map(({ kind }) => kind))
    expect(await pick('run')).toEqual(['run.ended', 'run.of-the-future', 'run'])
    expect(await pick('tick', 'run.ended')).toEqual(['run.ended', 'tick.begun'])
    expect(await pick('ru', '%', 'run.%')).toEqual([])
    db.close()
  })

  test('is what a plain look through all rows would choose, whatever is asked', async ({ expect }) => {
    const kind = name(['run.started', 'run.ended', 'tick.begun', 'tick.quiet', 'task.added'])
    const fact = fc.record({
      at: fc.nat(50),
      kind,
      agent: fc.option(name(['a', 'b'])),
      run: fc.option(name(['r', 's'])),
    })
    const filter = fc.record({
      after: maybe(fc.nat(30)),
      since: maybe(fc.nat(50)),
      limit: fc.integer({ min: 1, max: 12 }),
      kinds: fc.uniqueArray(fc.oneof(kind, name(['run', 'tick', 'nothing'])), { maxLength: 3 }),
      agent: maybe(name(['a', 'b', 'c'])),
      run: maybe(name(['r', 's'])),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fact, { maxLength: 30 }), filter, async (facts, asked) => {
        const db = memoryStore()
        await db.write((tx) => facts.map((one) => put(tx, one)))
        const matching = facts
          .map((one, index) => ({ ...one, id: index + 1 }))
          .filter(({ id, at }) => id > (asked.after ?? 0) && at >= (asked.since ?? 0))
          .filter((row) => asked.agent === undefined || asked.agent === row.agent)
          .filter((row) => asked.run === undefined || asked.run === row.run)
          .filter(
            (row) =>
              asked.kinds.length === 0 ||
              asked.kinds.some((one) => row.kind === one || row.kind.split('.')[0] === one),
          )
        const wanted =
          asked.after === undefined ? matching.slice(-asked.limit) : matching.slice(0, asked.limit)
        expect(ids(await db.read((tx) => readEvents(tx, asked)))).toEqual(ids(wanted))
        const batches = await db.read((tx) => readInBatches(tx, asked))
        // A stream knows no time: only where none was asked for do both mean the same rows.
        if (asked.since === undefined) expect(batches).toEqual(ids(matching))
        db.close()
      }),
      { numRuns: 200 },
    )
  })

  test.for<[what: string, asked: Partial<EventFilter>, index: string]>([
    ['a kind', { kinds: ['run.ended'] }, 'INDEX event_kind (kind=?'],
    ['a noun', { kinds: ['run'] }, 'INDEX event_kind (kind=?'],
    ['an agent', { agent: 'scout' }, 'INDEX event_agent (agent=? AND kind=?'],
    [
      'an agent and a kind',
      { agent: 'scout', kinds: ['run.ended'] },
      'INDEX event_agent (agent=? AND kind=?',
    ],
    ['a run', { run: 'scout-1' }, 'INDEX event_run (run=?'],
    ['a time', { since: 5 }, 'INDEX event_at (at>?'],
    ['nothing', {}, 'INTEGER PRIMARY KEY'],
    ['an agent behind an id', { after: 5, agent: 'scout' }, 'INDEX event_agent (agent=? AND kind=?'],
  ])('by %s is found through an index and needs no sorting', async ([, asked, index], { expect }) => {
    const db = memoryStore()
    await db.write((tx) => putMany(tx, 20, (row) => ({ kind: row % 2 ? 'run.ended' : 'run.started' })))
    await db.read((tx) => {
      const plans: Row[] = []
      const explained: Tx = {
        ...tx,
        all: (sql, ...values) => {
          plans.push(...tx.all(`explain query plan ${sql}`, ...values))
          return tx.all(sql, ...values)
        },
        get: (sql, ...values) => {
          plans.push(...tx.all(`explain query plan ${sql}`, ...values))
          return tx.get(sql, ...values)
        },
      }
      readEvents(explained, { ...everything, ...asked })
      const steps = plans.map(({ detail }) => String(detail))
      expect(steps.join('\n')).toContain(index)
      for (const step of steps) expect(step).toMatch(/^SEARCH events USING (COVERING )?(INDEX|INTEGER)/)
    })
    db.close()
  })
})

function readInBatches(tx: Tx, asked: EventFilter): number[] {
  const found: number[] = []
  for (let cursor = asked.after ?? 0; ;) {
    const { rows, lookedTo, atEnd } = readBatch(tx, cursor, asked, 4)
    found.push(...ids(rows))
    if (atEnd) return found
    cursor = lookedTo
  }
}

describe('a batch', () => {
  const all = { kinds: [], agent: undefined, run: undefined }

  test('tells how far it looked, also where nothing matched', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => putMany(tx, 5_000, (index) => ({ agent: index === 4_900 ? 'scout' : null })))
    await db.read((tx) => {
      const scout = { ...all, agent: 'scout' }
      expect(readBatch(tx, 0, scout, 100)).toMatchObject({ rows: [], lookedTo: 2_000, atEnd: false })
      expect(readBatch(tx, 4_000, scout, 100)).toMatchObject({
        rows: [{ id: 4_901 }],
        lookedTo: 5_000,
        atEnd: true,
      })
      expect(readBatch(tx, 4_000, all, 100)).toMatchObject({ lookedTo: 4_100, atEnd: false })
      expect(readBatch(tx, 5_000, all, 100)).toEqual({
        rows: [],
        lookedTo: 5_000,
        atEnd: true,
        gone: undefined,
        from: 5_001,
      })
    })
    db.close()
  })

  test('says how many rows are gone, and that an id is of another journal', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => putMany(tx, 10))
    await db.write((tx) => pruneEvents(tx, { before: undefined, rowsMax: 3 }))
    await db.read((tx) => {
      expect(readBatch(tx, 4, all, 100)).toMatchObject({ rows: [], gone: 3, from: 8, lookedTo: 7 })
      expect(ids(readBatch(tx, 7, all, 100).rows)).toEqual([8, 9, 10])
      expect(readBatch(tx, 11, all, 100)).toMatchObject({ gone: null, from: 11, lookedTo: 10 })
      expect(readBatch(tx, 10, all, 100).gone).toBeUndefined()
    })
    db.close()
  })

  test('of a journal from which everything is gone goes on with the next row', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => putMany(tx, 4))
    await db.write((tx) => pruneEvents(tx, { before: 1, rowsMax: undefined }))
    await db.write((tx) => {
      expect(journalBounds(tx)).toEqual({ oldest: 5, newest: 4 })
      expect(readBatch(tx, 1, all, 100)).toMatchObject({ gone: 3, from: 5, lookedTo: 4, atEnd: true })
      expect(put(tx, {})).toBe(5)
      expect(ids(readBatch(tx, 4, all, 100).rows)).toEqual([5])
    })
    db.close()
  })

  test('can begin with the newest rows that match', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => putMany(tx, 9, (index) => ({ agent: index % 3 === 0 ? 'scout' : null })))
    await db.read((tx) => {
      expect(cursorBefore(tx, 2, { ...all, agent: 'scout' })).toBe(3)
      expect(cursorBefore(tx, 50, { ...all, agent: 'scout' })).toBe(0)
      expect(cursorBefore(tx, 2, { ...all, agent: 'nobody' })).toBe(9)
    })
    db.close()
  })
})

describe('the end of old rows', () => {
  test('comes by number and by age, and never from the middle', async ({ expect }) => {
    const db = memoryStore()
    const left = () => db.read((tx) => ids(readEvents(tx, everything)))
    await db.write((tx) => [10, 20, 5, 30, 40, 50].map((at) => put(tx, { at })))
    await db.write((tx) => pruneEvents(tx, { before: undefined, rowsMax: undefined }))
    expect(await left()).toEqual([1, 2, 3, 4, 5, 6])
    // The third was written while the clock was behind: it goes with the row before it.
    await db.write((tx) => pruneEvents(tx, { before: 15, rowsMax: undefined }))
    expect(await left()).toEqual([2, 3, 4, 5, 6])
    await db.write((tx) => pruneEvents(tx, { before: 15, rowsMax: 2 }))
    expect(await left()).toEqual([5, 6])
    await db.write((tx) => pruneEvents(tx, { before: 45, rowsMax: 2 }))
    expect(await left()).toEqual([6])
    db.close()
  })

  test('comes in parts that hold nobody up, oldest first', async ({ expect }) => {
    const db = memoryStore()
    await db.write((tx) => putMany(tx, 12_000))
    const limits = { before: undefined, rowsMax: 10 }
    const more: boolean[] = []
    const oldest: number[] = []
    while (more.at(-1) !== false) {
      more.push(await db.write((tx) => pruneEvents(tx, limits)))
      oldest.push(await db.read((tx) => journalBounds(tx).oldest))
    }
    expect(more).toEqual([true, true, false])
    expect(oldest).toEqual([5_001, 10_001, 11_991])
    db.close()
  })
})
