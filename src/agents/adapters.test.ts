import { describe, test } from 'vitest'
import { ADAPTER_NAMES, adapterFor, defaultAdapterName } from './adapters.ts'

describe('defaultAdapterName', () => {
  test.for<[string[], string]>([
    [['opencode', 'run'], 'opencode'],
    [['/home/me/.opencode/bin/opencode', 'run', '--agent', 'x'], 'opencode'],
    [['./my-opencode'], 'generic'],
    [['sh', '-c', 'opencode run'], 'generic'],
    [['toString'], 'generic'],
    [['generic'], 'generic'],
    [[], 'generic'],
  ])('of %j is %s', ([words, name], { expect }) => {
    expect(defaultAdapterName(words)).toBe(name)
  })
})

test('every adapter is found under its own name', ({ expect }) => {
  const names = ['claude', 'codex', 'gemini', 'opencode', 'generic'] as const
  expect(ADAPTER_NAMES).toEqual(names)
  expect(names.map((name) => adapterFor(name).name)).toEqual(names)
})
