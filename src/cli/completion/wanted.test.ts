import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { test } from 'vitest'
import { wantedAt } from './wanted.ts'

const values = (words: readonly string[], current: string) =>
  wantedAt(words, current).fixed.map(({ value }) => value)

test.for([
  [[], '', ['demo', 'status', 'task']],
  [['task'], '', ['add', 'list']],
  [['-v', '-c', 'x', 'task'], 'a', ['add']],
  [['help', 'task'], '', ['list']],
  [['completion'], '', ['bash', 'zsh', 'fish']],
  [['status', '-o'], '', ['text', 'json']],
  [['status'], '--output=', ['text', 'json']],
  [['status'], '-', ['--json', '--output', '--config', '--verbose', '--help']],
  [[], '-', ['--version', '--config']],
] as const)('after %j %j come %j', ([words, current, some], { expect }) => {
  expect(values(words, current)).toEqual(expect.arrayContaining([...some]))
})

test.for([
  [['wake'], '', ['agents']],
  [['run-once', 'scout'], '', ['agents']],
  [['logs'], '', ['agents', 'runs']],
  [['cancel', '-v'], '', ['agents', 'open runs']],
  [['show'], '', ['runs', 'agents']],
  [['runs', '--agent'], '', ['agents']],
  [['events', '--kind'], 'r', ['event kinds']],
  [['events'], '--kind=r', ['event kinds']],
  [['status', '-c'], '', ['files']],
  [['scaffold'], '--workspace=', ['folders']],
  [['sim', 'agent', '--script'], '', ['files']],
  [['wake', 'scout'], '', []],
  [['wake', 'scout', '--prompt'], '', []],
  [['frob'], '', []],
  [['status', '--frob'], '', []],
  [['wake', '--'], '-', ['agents']],
] as const)('after %j %j one must ask for %j', ([words, current, sources], { expect }) => {
  expect(wantedAt(words, current).sources).toEqual([...sources])
})

test('the configuration is the one that the line names', ({ expect }) => {
  expect(wantedAt(['-c', 'a.toml', 'wake'], '').config).toBe('a.toml')
  expect(wantedAt(['wake', '--config=b.toml'], '').config).toBe('b.toml')
  expect(wantedAt(['wake', '--prompt', '-c'], '').config).toBeUndefined()
})

test('a flag or an agent that stands there already is not offered again', ({ expect }) => {
  expect(values(['runs', '-n', '3', '--json'], '--')).not.toEqual(expect.arrayContaining(['--lines']))
  expect(values(['runs', '--json'], '--')).not.toContain('--json')
  expect(wantedAt(['run-once', 'scout'], '').taken).toEqual(['scout'])
})

test('no line whatever is an error', ({ expect }) => {
  const word = oneof(string(), constantFrom('task', 'add', 'help', 'sim', '-c', '--', '-', '--kind='))
  assert(
    property(array(word), word, (words, current) => {
      expect(wantedAt(words, current)).toBeDefined()
    }),
  )
})
