import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { gather, isReady, tell, type Gathering } from './fold.ts'
import type { Notice } from './notices.ts'

const HOUR_MS = 3_600_000

function notice(agent: string | null, at: number, changes: Partial<Notice> = {}): Notice {
  return {
    key: 'held claude',
    kind: 'agent.held',
    at,
    agent,
    what: 'held: not logged in',
    same: true,
    line: 'held until resumed: not logged in',
    todo: 'Log in.',
    quietMs: HOUR_MS,
    ...changes,
  }
}

function local(iso: string): string {
  const time = new Date(iso)
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`
}

/** An outbox in memory, as the daemon keeps one in the store. */
function outbox() {
  let rows: Gathering[] = []
  const told: { at: number; gathering: Gathering }[] = []
  return {
    told,
    rows: () => rows,
    at: (now: number, ...notices: readonly Notice[]) => {
      const newest = new Map(rows.map((row) => [row.key, row]))
      for (const one of gather(notices, newest, now)) {
        if (one.id === undefined) rows = [...rows, { ...one, id: rows.length + 1 }]
        else rows = rows.map((row) => (row.id === one.id ? one : row))
      }
      for (const row of rows.filter((one) => !one.closed && isReady(one, now))) {
        rows = rows.map((one) => (one.id === row.id ? { ...row, closed: true } : one))
        told.push({ at: now, gathering: row })
      }
    },
  }
}

describe('what is told', () => {
  test('three agents that lose one login within three seconds are one notice', ({ expect }) => {
    const box = outbox()
    box.at(0, notice('scout', 0))
    box.at(2_000, notice('conductor', 2_000), notice('refit', 2_000))
    expect(box.told).toEqual([])
    box.at(3_000)
    expect(box.told).toHaveLength(1)
    expect(box.told[0]?.gathering).toMatchObject({ agents: ['scout', 'conductor', 'refit'], count: 3 })
  })

  test('what repeats within an hour is told once at its end, with its count', ({ expect }) => {
    const box = outbox()
    box.at(0, notice('scout', 0))
    box.at(3_000)
    for (const minute of [10, 20, 30]) box.at(minute * 60_000, notice('scout', minute * 60_000))
    box.at(HOUR_MS)
    expect(box.told).toHaveLength(1)
    box.at(HOUR_MS + 3_000)
    expect(box.told).toHaveLength(2)
    expect(box.told[1]?.gathering).toMatchObject({ agents: ['scout'], count: 3, at: 600_000 })
    expect(tell(box.told[1]?.gathering ?? expect.fail(), 0).title).toBe(
      'scout: held: not logged in (3 times)',
    )
  })

  test('what comes back after a quiet hour is told at once again', ({ expect }) => {
    const box = outbox()
    box.at(0, notice('scout', 0))
    box.at(3_000)
    box.at(2 * HOUR_MS, notice('scout', 2 * HOUR_MS))
    box.at(2 * HOUR_MS + 3_000)
    expect(box.told.map(({ at }) => at)).toEqual([3_000, 2 * HOUR_MS + 3_000])
  })

  test('another cause does not wait for this one', ({ expect }) => {
    const box = outbox()
    box.at(0, notice('scout', 0))
    box.at(3_000)
    box.at(60_000, notice('refit', 60_000, { key: 'held codex' }))
    box.at(63_000)
    expect(box.told).toHaveLength(2)
  })

  test('a clock that is set back holds nothing', ({ expect }) => {
    const box = outbox()
    const year = 365 * 24 * HOUR_MS
    box.at(year, notice('scout', year))
    box.at(5_000)
    expect(box.told).toHaveLength(1)
    box.at(10_000, notice('scout', 10_000))
    box.at(13_000)
    expect(box.told).toHaveLength(2)
  })

  test('every event is told in exactly one notice, and no cause is told twice within an hour', ({
    expect,
  }) => {
    const event = fc.record({
      gapMs: fc.integer({ min: 0, max: HOUR_MS }),
      agent: fc.constantFrom('a', 'b', 'c'),
      key: fc.constantFrom('one', 'two'),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const box = outbox()
        let now = 0
        for (const [index, { gapMs, agent, key }] of events.entries()) {
          now += gapMs
          box.at(now, notice(agent, now, { key, line: `event ${index}` }))
        }
        box.at(now + 2 * HOUR_MS)
        expect(box.rows().every(({ closed }) => closed)).toBe(true)
        expect(box.told.reduce((sum, { gathering }) => sum + gathering.count, 0)).toBe(events.length)
        const lines = box.told.flatMap(({ gathering }) => gathering.lines.map(({ text }) => text))
        expect(new Set(lines).size).toBe(lines.length)
        for (const key of ['one', 'two']) {
          const due = box.told.filter(({ gathering }) => gathering.key === key)
          const gaps = due.slice(1).map(({ gathering }, index) => {
            return gathering.readyAt - (due[index]?.gathering.readyAt ?? 0)
          })
          for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(HOUR_MS)
        }
      }),
    )
  })
})

describe('its words', () => {
  const at = Date.parse('2026-01-05T12:00:00Z')
  test('name all agents and say when and what to do, in the time of the reader', ({ expect }) => {
    const line = 'limit reached; until 2026-01-05T14:00:00.000Z'
    const all = ['scout', 'refit'].map((agent) => notice(agent, at, { line, what: line }))
    const [gathering = expect.fail()] = gather(all, new Map(), at)
    expect(tell(gathering, at)).toEqual({
      title: `scout, refit: limit reached; until ${local('2026-01-05T14:00:00Z')}`,
      text: [
        `${local('2026-01-05T12:00:00Z')} scout: limit reached; until ${local('2026-01-05T14:00:00Z')}`,
        `${local('2026-01-05T12:00:00Z')} refit: limit reached; until ${local('2026-01-05T14:00:00Z')}`,
        'Log in.',
      ].join('\n'),
    })
  })

  test('say how many more there are of what is not the same', ({ expect }) => {
    const all = Array.from({ length: 12 }, (_, index) =>
      notice('scout', at, { same: false, what: `waits for you: ${index}`, line: `question ${index}` }),
    )
    const [gathering = expect.fail()] = gather(all, new Map(), at)
    const { title, text } = tell(gathering, at)
    expect(title).toBe('scout: waits for you: 0 (and 11 more)')
    expect(text.split('\n').slice(-3)).toEqual([
      expect.stringContaining('question 9'),
      'and 2 more',
      'Log in.',
    ])
  })

  test('name the one agent in what to do', ({ expect }) => {
    const one = notice('Team Lead', at, { todo: 'marrow resume AGENT' })
    const text = (notices: Notice[]) => tell(gather(notices, new Map(), at)[0] ?? expect.fail(), at).text
    expect(text([one, one])).toMatch(/marrow resume 'Team Lead'$/)
    expect(text([one, { ...one, agent: 'scout' }])).toMatch(/marrow resume AGENT$/)
  })

  test('of no agent begin with what happened', ({ expect }) => {
    const [gathering = expect.fail()] = gather([notice(null, at, { what: 'paused' })], new Map(), at)
    expect(tell(gathering, at).title).toBe('paused')
  })
})
