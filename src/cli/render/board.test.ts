import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { boardTask, numbered, someGraph, wildTitle } from '../../../test/helpers/board-tasks.ts'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import { boardLines } from './board.ts'

const { now } = plainScreen()
const minutes = 60_000
const small = [
  boardTask({ id: 't-ready111', title: 'Mend the build', role: 'l3/mason' }),
  boardTask({ id: 't-ready222', title: 'Answer the letter about the fence', priority: 2 }),
  boardTask({ id: 't-after333', title: 'Publish', ready: false, waits_for_open: 2 }),
  boardTask({
    id: 't-heldaaaa',
    title: 'Draw the map 🗺️',
    status: 'claimed',
    ready: false,
    holder: { name: 'scout', since: now - 40 * minutes, last_sign: now - 12 * minutes },
  }),
  boardTask({ id: 't-failedaa', title: 'Get a key', status: 'failed', ready: false, reason: 'no answer' }),
  boardTask({
    id: 't-lostaaaa',
    title: '界を見る',
    ready: false,
    unreachable: true,
    waits_for: ['t-failedaa'],
  }),
]

describe('the board', () => {
  test('shows what is next, who is at what, and what can never be done because of what', ({ expect }) => {
    expect(boardLines(small, 5, plainScreen(124)).join('\n')).toMatchInlineSnapshot(`
      "WAITING 1            READY 2              CLAIMED 1            DONE 0               FAILED 1             UNREACHABLE 1
      ───────────────────  ───────────────────  ───────────────────  ───────────────────  ───────────────────  ───────────────────
      … Publish            ○ Answer the lette…  ▶ Draw the map 🗺️                         ✖ Get a key          ✖ 界を見る
        t-after333           t-ready222           t-heldaaaa                                t-failedaa           t-lostaaaa
        after 2 tasks      ○ Mend the build       silent 12m, scout                         no answer            after t-failedaa
                             t-ready111
                             for l3/mason"
    `)
  })

  test('has fewer columns in a row where the terminal is narrow', ({ expect }) => {
    expect(boardLines(small, 1, plainScreen(40)).join('\n')).toMatchInlineSnapshot(`
      "WAITING 1            READY 2
      ───────────────────  ───────────────────
      … Publish            ○ Answer the lette…
        t-after333           t-ready222
        after 2 tasks      and 1 more

      CLAIMED 1            DONE 0
      ───────────────────  ───────────────────
      ▶ Draw the map 🗺️
        t-heldaaaa
        silent 12m, scout

      FAILED 1             UNREACHABLE 1
      ───────────────────  ───────────────────
      ✖ Get a key          ✖ 界を見る
        t-failedaa           t-lostaaaa
        no answer            after t-failedaa"
    `)
  })

  test('says how many more a column has', ({ expect }) => {
    const many = Array.from({ length: 12 }, (_, n) => boardTask({ id: numbered(n) }))
    const text = boardLines(many, 3, plainScreen()).join('\n')
    expect(text.match(/t-a/g)).toHaveLength(3)
    expect(text).toContain('and 9 more')
  })

  test('measures only what it shows', ({ expect }) => {
    const measured = new Set<string>()
    const many = Array.from({ length: 1_000 }, (_, n) => boardTask({ id: numbered(n), title: `Task ${n}` }))
    const widthOf = (text: string) => {
      measured.add(text)
      return text.length
    }
    boardLines(many, 5, { ...plainScreen(80), widthOf })
    expect(measured.size).toBeLessThan(50)
  })

  test('is never wider than the terminal, and shows each task once and no control character', ({
    expect,
  }) => {
    fc.assert(
      fc.property(someGraph(12, wildTitle), fc.integer({ min: 40, max: 160 }), (tasks, columns) => {
        const screen = plainScreen(columns)
        const lines = boardLines(tasks, 20, screen)
        for (const line of lines) {
          expect(screen.widthOf(line)).toBeLessThanOrEqual(columns)
          expect(line).not.toMatch(/\p{Cc}/u)
        }
        for (const { id } of tasks) expect(lines.filter((line) => line.includes(id))).not.toHaveLength(0)
        expect(lines.join('\n').match(/t-[a-z]{8}/g)).toHaveLength(tasks.length)
      }),
    )
  })

  test('says so when there is nothing to show', ({ expect }) => {
    expect(boardLines([], 5, plainScreen())).toEqual(['(no tasks)'])
  })
})
