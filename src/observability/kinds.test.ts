import { test } from 'vitest'
import { eventNouns, refuseMistypedKinds } from './kinds.ts'
import { eventKinds } from './sentences.ts'

test('every kind and every noun may be asked for, alone or with commas', ({ expect }) => {
  const all = [...eventKinds, ...eventNouns]
  for (const kind of all) expect(() => refuseMistypedKinds(kind)).not.toThrow()
  expect(() => refuseMistypedKinds(all.join(','))).not.toThrow()
})

test('a kind of another version may be asked for', ({ expect }) => {
  expect(() => refuseMistypedKinds('of.tomorrow,of')).not.toThrow()
})

test.for([
  ['runn', 'Did you mean run?'],
  ['run.edned', 'Did you mean run.ended?'],
  ['task,tikc.quiet', 'Did you mean tick.quiet?'],
] as const)('%s is refused: %s', ([written, fix], { expect }) => {
  expect(() => refuseMistypedKinds(written)).toThrow(
    expect.objectContaining({ code: 'USAGE', fix: expect.stringContaining(fix) }),
  )
})

test('kinds are given back one by one, without blanks around them', ({ expect }) => {
  expect(refuseMistypedKinds('run, tick.begun')).toEqual(['run', 'tick.begun'])
})

test.for(['', 'run,', ',', ' '])('an empty kind in %j is a mistake', (written, { expect }) => {
  expect(() => refuseMistypedKinds(written)).toThrow('a kind is empty')
})
