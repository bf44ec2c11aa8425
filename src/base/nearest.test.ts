import { assert, constantFrom, nat, property, stringMatching } from 'fast-check'
import { test } from 'vitest'
import { didYouMean, nearest } from './nearest.ts'

const keys = [
  'name',
  'workspace',
  'work_dir',
  'gate',
  'schedule',
  'timezone',
  'heartbeat_interval',
  'heartbeat_timeout',
  'context_dirs',
]

test('a text longer than any name is not compared at all', ({ expect }) => {
  expect(nearest('name'.repeat(100_000), keys)).toBeUndefined()
})

test.for([
  ['nmae', 'name'],
  ['heartbeat_intervall', 'heartbeat_interval'],
  ['heartbeat-interval', 'heartbeat_interval'],
  ['Workspace', 'workspace'],
  ['contextdirs', 'context_dirs'],
  ['time_zone', 'timezone'],
  ['gat', 'gate'],
  ['heartbeat_time', 'heartbeat_timeout'],
  ['zzz', undefined],
  ['', undefined],
] as const)('for %s, %s was probably meant', ([written, name], { expect }) => {
  expect(nearest(written, keys)).toBe(name)
})

test.for([
  ['scuot', ['scout', 'scribe'], 'Did you mean scout? '],
  ['SCOUT', ['scribe', 'scout'], 'Did you mean scout? '],
  ['Night Wacth', ['night watch'], 'Did you mean night watch? '],
  ['ac', ['ca', 'zz'], 'Did you mean ca? '],
  ['b', ['a'], ''],
  ['conductor', ['scout'], ''],
] as const)('for %s among %j: %s', ([written, names, said], { expect }) => {
  expect(didYouMean(written, names)).toBe(said)
})

test('one slip in a name of five letters or more always leads back to it, and a name to itself', ({
  expect,
}) => {
  const name = stringMatching(/^[a-z]{5,20}$/)
  const slip = constantFrom('swap', 'drop', 'double')
  assert(
    property(name, slip, nat(), (meant, kind, at) => {
      const here = at % (meant.length - 1)
      const [head, a = '', b = '', tail] = [
        meant.slice(0, here),
        meant[here],
        meant[here + 1],
        meant.slice(here + 2),
      ]
      const written = { swap: head + b + a + tail, drop: head + b + tail, double: head + a + a + b + tail }[
        kind
      ]
      expect(nearest(written, [meant, 'far-away-from-it-all'])).toBe(meant)
      expect(nearest(meant, [written, meant])).toBe(meant === written ? written : meant)
    }),
  )
})
