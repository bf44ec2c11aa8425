import { test } from 'vitest'
import { flagValues, ownWords, switchOn } from './flags.ts'

test('the words of a CLI are those behind its name and before the end of its flags', ({ expect }) => {
  const words = ['env', '-s', 'A=1', '/opt/codex', 'exec', '-s', 'x', '--', '-s', 'prompt']
  expect(ownWords(words, /(?:^|\/)codex$/)).toEqual(['exec', '-s', 'x'])
  expect(ownWords(['ls'], /codex/)).toEqual(['ls'])
})

test.for<[string, string]>([
  ['-s read-only', 'read-only'],
  ['-s=read-only', 'read-only'],
  ['-sread-only', 'read-only'],
  ['--sandbox read-only', 'read-only'],
  ['--sandbox=read-only', 'read-only'],
])('a value is found in %s', ([written, value], { expect }) => {
  const words = ['exec', ...written.split(' '), '--last']
  expect(flagValues(words, ['-s', '--sandbox'])).toEqual([
    { written, value, at: 1, length: written.split(' ').length },
  ])
})

test.for(['--sandboxed=x', '--skip', 'sandbox=x', '-', '--sandbox'])(
  '%s has no value of that flag',
  (word, { expect }) => {
    expect(flagValues([word], ['-s', '--sandbox'])).toEqual([])
  },
)

test.for<[string, string | undefined]>([
  ['--yolo', '--yolo'],
  ['--yolo --other', '--yolo'],
  ['--yolo=true', '--yolo=true'],
  ['--yolo=false', undefined],
  ['--yolo false', undefined],
  ['--no-yolo', undefined],
  ['--yolos', undefined],
])('the switch in %s', ([words, found], { expect }) => {
  expect(switchOn(words.split(' '), ['--yolo'])).toBe(found)
})
