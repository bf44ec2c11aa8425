import { array, assert, constantFrom, nat, property, record as recordOf } from 'fast-check'
import { test } from 'vitest'
import { createFolding } from './folding.ts'
import type { LogRecord } from './record.ts'

/** A log whose clock the test turns. */
function world() {
  const said: LogRecord[] = []
  let at = 0
  let timer: { readonly at: number; readonly act: () => void } | undefined
  const folding = createFolding({
    say: (record) => said.push(record),
    now: () => at,
    after: (ms, act) => {
      timer = { at: at + ms, act }
      return () => (timer = undefined)
    },
  })
  return {
    said,
    told: () =>
      said.map(({ message, repeated }) =>
        typeof repeated === 'number' ? `${message} +${repeated}` : message,
      ),
    take: (...messages: string[]) => {
      for (const message of messages) folding.take({ level: 'warn', message })
    },
    record: (record: LogRecord) => folding.take(record),
    wait: (ms: number) => {
      at += ms
      const due = timer
      if (due === undefined || due.at > at) return
      timer = undefined
      due.act()
    },
    flush: folding.flush,
    waits: () => timer !== undefined,
  }
}

test.for([
  { about: 'a line alone', lines: ['a'], told: ['a'] },
  { about: 'a line in a row, before the next', lines: ['a', 'a', 'a', 'b'], told: ['a', 'a +2', 'b'] },
  {
    about: 'lines that take turns',
    lines: ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'c'],
    told: ['a', 'b', 'a', 'b', 'a +2', 'b +1', 'c'],
  },
  { about: 'lines that are all different', lines: ['a', 'b', 'c', 'd'], told: ['a', 'b', 'c', 'd'] },
])('$about: each is said once, and its count when another comes', ({ lines, told }, { expect }) => {
  const log = world()
  log.take(...lines)
  expect(log.told()).toEqual(told)
})

test('a count is said after a minute at the latest, and at the end', ({ expect }) => {
  const log = world()
  log.take('a', 'a')
  log.wait(59_999)
  expect(log.told()).toEqual(['a'])
  log.wait(1)
  expect(log.told()).toEqual(['a', 'a +1'])
  log.take('a', 'a')
  log.flush()
  expect(log.told()).toEqual(['a', 'a +1', 'a', 'a +1'])
  expect(log.waits()).toBe(false)
})

test('what comes again after a minute, or in turns after seconds, is news', ({ expect }) => {
  const log = world()
  log.take('a')
  log.wait(60_000)
  log.take('a', 'b')
  log.wait(5_000)
  log.take('a', 'b')
  expect(log.told()).toEqual(['a', 'a', 'b', 'a', 'b'])
})

test('a change that is undone at once is told, and the last line of a switch is always the present state', ({
  expect,
}) => {
  const undone = world()
  undone.take('on', 'off', 'on')
  expect(undone.told()).toEqual(['on', 'off', 'on'])
  for (const kind of ['work.paused', 'config.loaded', 'breaker.opened']) {
    const log = world()
    const turns = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'on' : 'off'))
    for (const message of turns) log.record({ level: 'info', kind, message })
    expect(log.told()).toEqual(turns)
  }
})

test('after a flush everything is news', ({ expect }) => {
  const log = world()
  log.take('a')
  log.flush()
  log.take('a')
  expect(log.told()).toEqual(['a', 'a'])
})

test('the level, the agent, the run and the text of an error tell lines apart', ({ expect }) => {
  const log = world()
  const line = { level: 'error', message: 'failed', agent: 'a', error: 'one' } as const
  const others = [{ level: 'warn' }, { agent: 'b' }, { error: 'two' }, { run: 'r' }] as const
  for (const change of [{}, ...others]) log.record({ ...line, ...change })
  expect(log.said).toHaveLength(5)
  expect(log.said.every(({ repeated }) => repeated === undefined)).toBe(true)
})

test('the data of an event tells no two lines apart, and is not said with the count', ({ expect }) => {
  const log = world()
  for (const tick of ['x#1', 'x#2']) log.record({ level: 'info', message: 'held back', data: { tick } })
  log.flush()
  expect(log.said.map(({ data }) => data)).toEqual([{ tick: 'x#1' }, undefined])
})

test('whatever is said in whatever rhythm, every line is told or counted, and little is remembered', ({
  expect,
}) => {
  const step = recordOf({
    line: constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'),
    ms: nat(7_000),
  })
  assert(
    property(array(step, { maxLength: 80 }), (steps) => {
      const log = world()
      for (const { line, ms } of steps) {
        const before = log.said.length
        const known = log.said.some(({ message }) => message === line)
        log.take(line)
        // A line that was never said is never held back.
        if (!known) expect(log.said.length).toBeGreaterThan(before)
        log.wait(ms)
      }
      log.flush()
      const told = log.said.reduce(
        (sum, { repeated }) => sum + (typeof repeated === 'number' ? repeated : 1),
        0,
      )
      expect(told).toBe(steps.length)
    }),
  )
})
