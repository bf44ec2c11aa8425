import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { toolsOf, type CapabilityMap, type Tools } from './capabilities.ts'
import type { Capability } from './role.ts'

const word = (name: string): Capability => ({ kind: 'word', word: name })
const bash = (...patterns: string[]): Capability => ({ kind: 'bash', patterns })
const delegate = (...roles: string[]): Capability => ({ kind: 'delegate', roles })

const map: CapabilityMap = { docs: { context7: true, fetch: true, edit: false }, shell: { bash: true } }
const basic = ['read', 'glob', 'grep', 'write', 'edit', 'webfetch', 'websearch']

const cases: readonly (readonly [capabilities: readonly Capability[], tools: Partial<Tools>])[] = [
  [[word('basic')], { ids: basic, bash: { kind: 'none' }, fullAccess: false, delegates: [] }],
  [[word('read')], { ids: ['read', 'glob', 'grep'] }],
  [[word('write')], { ids: ['write', 'edit'] }],
  [[word('web-access')], { ids: ['webfetch', 'websearch'] }],
  [[word('delegate')], { ids: ['task'], delegates: [] }],
  [[word('all')], { ids: [...basic, 'bash', 'task'], bash: { kind: 'all' }, fullAccess: true }],
  [[word('bash')], { ids: ['bash'], bash: { kind: 'all' }, fullAccess: false }],
  [[bash('make*')], { ids: ['bash'], bash: { kind: 'patterns', patterns: ['make*'] } }],
  [[bash('a', 'b'), bash('b', 'c')], { bash: { kind: 'patterns', patterns: ['a', 'b', 'c'] } }],
  [[bash()], { ids: [], bash: { kind: 'none' } }],
  [[word('read'), bash()], { ids: ['read', 'glob', 'grep'] }],
  [[delegate('l3/a', 'b'), delegate('b')], { ids: ['task'], delegates: ['l3/a', 'b'] }],
  [[word('docs')], { ids: ['context7', 'fetch'] }],
  [[word('shell')], { ids: ['bash'], bash: { kind: 'all' } }],
  [[word('toString')], { ids: ['toString'] }],
  [[word('mcp__x__y')], { ids: ['mcp__x__y'] }],
  [[word('edit'), word('write'), word('edit')], { ids: ['edit', 'write'] }],
]

describe('capabilities', () => {
  test.for(cases)('%j are the tools %j', ([capabilities, tools], { expect }) => {
    expect(toolsOf(capabilities, map)).toMatchObject(tools)
  })

  test('of safe-bash are 24 patterns, of which two are whole commands', ({ expect }) => {
    const { bash: right } = toolsOf([word('safe-bash')], {})
    const patterns = right.kind === 'patterns' ? right.patterns : []
    expect(patterns).toHaveLength(24)
    expect(patterns.filter((pattern) => !pattern.endsWith('*'))).toEqual(['pwd', 'whoami'])
    expect(patterns).toContain('git rev-parse*')
  })

  const any = fc.oneof(
    fc.constantFrom('basic', 'read', 'all', 'bash', 'safe-bash', 'shell', 'docs', 'x').map(word),
    fc.array(fc.constantFrom('a*', 'b'), { maxLength: 2 }).map((patterns) => bash(...patterns)),
    fc.constantFrom('r', 's').map((role) => delegate(role)),
  )

  test('with patterns never have an unlimited shell, in whatever order and for whatever target', ({
    expect,
  }) => {
    const targets = fc.constantFrom<CapabilityMap>({}, map)
    fc.assert(
      fc.property(fc.array(any), fc.array(any), targets, (before, after, target) => {
        const tools = toolsOf([...before, bash('make*'), ...after], target)
        expect(tools.bash.kind).toBe('patterns')
        expect(tools.fullAccess).toBe(false)
      }),
    )
  })

  test('name no tool twice, and the shell exactly when there is a right to it', ({ expect }) => {
    fc.assert(
      fc.property(fc.array(any), (capabilities) => {
        const { ids, bash: right } = toolsOf(capabilities, map)
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.includes('bash')).toBe(right.kind !== 'none')
      }),
    )
  })
})
