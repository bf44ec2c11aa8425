import { test } from 'vitest'
import { keys } from './keys.ts'
import { nearest } from './nearest.ts'

const names = Object.keys(keys.agents)

test('a text longer than any key is not compared at all', ({ expect }) => {
  expect(nearest('name'.repeat(100_000), names)).toBeUndefined()
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
  expect(nearest(written, names)).toBe(name)
})
