import { test } from 'vitest'
import { sampleEvent } from '../../../test/helpers/fake-daemon.ts'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import { clockTime } from '../../base/time.ts'
import { eventLines, gapLine } from './events.ts'

test('a line says when and of whom', ({ expect }) => {
  const [own, whole] = eventLines(
    [sampleEvent(), sampleEvent({ agent: null, kind: 'work.resumed' })],
    plainScreen(),
  )
  expect(own).toMatch(/^\S+  scout  stayed quiet: nothing changed since 12:55/)
  expect(whole).toMatch(/^\S+  resumed$/)
})

test('times in a sentence are those of the reader', ({ expect }) => {
  const at = '2026-01-05T14:00:00.000Z'
  const data = { reason: 'exited with code 1', reopensAt: at }
  const screen = plainScreen()
  expect(eventLines([sampleEvent({ kind: 'breaker.opened', data })], screen)[0]).toContain(
    `cools down until ${clockTime(Date.parse(at), screen.now)}: exited with code 1`,
  )
})

test('what went wrong stands out', ({ expect }) => {
  const screen = { ...plainScreen(), paint: (style: string, text: string) => `<${style}>${text}` }
  const ended = (kind: string) =>
    eventLines([sampleEvent({ kind: 'run.ended', data: { outcome: { kind, by: 'stop' } } })], screen)[0]
  expect([ended('succeeded'), ended('ended')]).toEqual([
    expect.not.stringContaining('<yellow>'),
    expect.stringContaining('<yellow>run ended'),
  ])
})

test('who lost events is told how many', ({ expect }) => {
  expect([3, 1, null].map((gone) => gapLine({ gone, from: 8 }))).toEqual([
    '(3 events are gone from the journal: going on with event 8)',
    '(1 event is gone from the journal: going on with event 8)',
    '(the journal is another one than before: going on with event 8)',
  ])
})
