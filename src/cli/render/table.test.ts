import * as fc from 'fast-check'
import { test } from 'vitest'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import { shorten, table } from './table.ts'

const columns = [
  { title: 'NAME', shrinkTo: 4 },
  { title: 'COUNT', right: true },
  { title: 'WHY', shrinkTo: 5 },
]
const row = (...texts: string[]) => texts.map((text) => ({ text }))

test('columns are aligned, numbers to the right, nothing hangs over', ({ expect }) => {
  const lines = table(columns, [row('scout', '7', 'a'), row('é界', '1200', '')], plainScreen())
  expect(lines).toEqual(['NAME   COUNT  WHY', 'scout      7  a', 'é界     1200'])
})

test('the widest column that may give way is cut first', ({ expect }) => {
  const lines = table(columns, [row('scout', '7', 'because of everything')], plainScreen(24))
  expect(lines).toEqual(['NAME   COUNT  WHY', 'scout      7  because o…'])
})

test('no line is wider than the screen while columns can give way', ({ expect }) => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 30 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, fc.nat(99_999).map(String), cell)),
      fc.integer({ min: 18, max: 80 }),
      (rows, width) => {
        const screen = plainScreen(width)
        for (const line of table(
          columns,
          rows.map((texts) => row(...texts)),
          screen,
        )) {
          expect(screen.widthOf(line)).toBeLessThanOrEqual(width)
        }
      },
    ),
  )
})

test('what agents wrote cannot break a line or colour it', ({ expect }) => {
  const lines = table([{ title: 'A' }], [row('x\u001b[2J\ny\u202ez\r')], plainScreen())
  expect(lines).toEqual(['A', 'x yz'])
})

test('a cut never splits a letter that is two columns wide', ({ expect }) => {
  expect(shorten('界界界', 4, plainScreen().widthOf)).toBe('界…')
})
