import { describe, test } from 'vitest'
import { agentConfig, isolationConfig } from '../../test/helpers/agents.ts'
import { childAgent } from './child.ts'

const agent = agentConfig({
  command: ['opencode', 'run'],
  adapter: 'opencode',
  promptVia: 'stdin',
  role: 'l1/lead',
  workspace: '/srv/ws',
  workDir: '/srv/repository',
  env: { pass: ['KEY'], set: { A: 'b' } },
  isolation: isolationConfig({ mode: 'required', user: 'agent', network: false }),
  limits: { runs_per_day: 3 },
  timeoutMs: 500_000,
})
const names = { own: undefined, child: undefined }
const wish = { role: 'l3/coder', base: 'l3/coder', level: 3, timeoutMs: 60_000, names }
const none = { command: undefined, commands: {} }

describe('a child as an agent', () => {
  test('is the accountable agent in another role and for another time, and reaches nothing more', ({
    expect,
  }) => {
    expect(childAgent(agent, none, wish)).toEqual({ ...agent, role: 'l3/coder', timeoutMs: 60_000 })
    const commands = { l3: ['claude', '-p'] }
    expect(childAgent(agent, { command: undefined, commands }, wish)).toEqual({
      ...agent,
      role: 'l3/coder',
      timeoutMs: 60_000,
      command: ['claude', '-p'],
      adapter: 'claude',
      promptVia: undefined,
    })
  })

  test.for<[string, Parameters<typeof childAgent>[1], Partial<typeof wish>, readonly string[]]>([
    ['its role', { command: ['a'], commands: { l3: ['b'], 'l3/coder': ['c'] } }, {}, ['c']],
    [
      'its role in any case',
      { command: ['a'], commands: { 'l3/coder': ['c'] } },
      { role: 'L3/Coder', base: 'L3/Coder' },
      ['c'],
    ],
    [
      'its base, where agents wrote it',
      { command: ['a'], commands: { l3: ['b'], 'l3/coder': ['c'], 'custom-fast': ['d'] } },
      { role: 'custom-fast' },
      ['c'],
    ],
    ['its level', { command: ['a'], commands: { l3: ['b'], 'l3/tester': ['c'] } }, {}, ['b']],
    ['all children', { command: ['a'], commands: { l2: ['b'] } }, {}, ['a']],
    ['the agent itself', none, {}, ['opencode', 'run']],
  ])('is started by the command of %s', ([, delegation, changes, words], { expect }) => {
    expect(childAgent(agent, delegation, { ...wish, ...changes }).command).toEqual(words)
  })

  test('without a level takes the command of no level', ({ expect }) => {
    const { command } = childAgent(
      agent,
      { command: ['a'], commands: { lundefined: ['b'] } },
      { ...wish, role: 'odd', base: 'odd', level: undefined },
    )
    expect(command).toEqual(['a'])
  })

  test.for([0, -1, -9e9])(
    'whose time is over by %i ms is given an end all the same',
    (timeoutMs, { expect }) => {
      expect(childAgent(agent, none, { ...wish, timeoutMs }).timeoutMs).toBe(1)
    },
  )

  test('is named in the agent’s own command where that names the agent’s role, and only there', ({
    expect,
  }) => {
    const commandOf = (command: readonly string[]) =>
      childAgent({ ...agent, command }, none, { ...wish, names: { own: 'lead', child: 'coder' } }).command
    expect(commandOf(['opencode', 'run', '--agent', 'lead', 'lead'])).toEqual([
      'opencode',
      'run',
      '--agent',
      'coder',
      'lead',
    ])
    expect(commandOf(['opencode', '--agent=lead', '--agent=leader'])).toEqual([
      'opencode',
      '--agent=coder',
      '--agent=leader',
    ])
    expect(commandOf(['opencode', '--agent', 'other'])).toEqual(['opencode', '--agent', 'other'])
    expect(childAgent({ ...agent, command: ['x', '--agent', 'lead'] }, none, wish).command).toEqual([
      'x',
      '--agent',
      'lead',
    ])
  })
})
