/** What opencode is started with for a role; test/integration/opencode-role.test.ts asks opencode itself. */
import { describe, test } from 'vitest'
import { digger, keeper, planner, linkedRole } from '../../../test/helpers/roles.ts'
import { native, roleRequest } from '../../../test/helpers/role-request.ts'
import type { RoleRequest } from '../role.ts'
import { opencode } from './opencode.ts'

/** As opencode reads it: it fills in what stands in braces before it reads the JSON. */
function contentFor(said: Partial<RoleRequest> = {}) {
  const { env, files } = native(opencode.role?.(roleRequest('opencode', said)))
  const texts = new Map(files.map(({ path, text }) => [`/state/runs/r1/role/${path}`, text]))
  const filled = (env['OPENCODE_CONFIG_CONTENT'] ?? '')
    .replace(/\{env:([^}]+)\}/g, (_, name: string) => `<${name}>`)
    .replace(/\{file:([^}]+)\}/g, (_, path: string) => JSON.stringify(texts.get(path) ?? '?').slice(1, -1))
  const parsed: unknown = JSON.parse(filled)
  return parsed
}

describe('the role of opencode', () => {
  test('stands in its settings with the agents that it may call, and nothing of the project beside it', ({
    expect,
  }) => {
    const { words, env, provesGuard } = native(opencode.role?.(roleRequest('opencode')))
    expect(words).toEqual(['opencode', '--agent', 'planner'])
    expect(env['OPENCODE_DISABLE_PROJECT_CONFIG']).toBe('1')
    expect(provesGuard).toBe(false)
    expect(contentFor()).toMatchObject({
      default_agent: 'planner',
      instructions: ['/project/AGENTS.md'],
      agent: {
        build: { disable: true },
        general: { disable: true },
        planner: {
          mode: 'primary',
          prompt: planner.prompt,
          disable: false,
          hidden: false,
          permission: { '*': 'deny', question: 'deny', task: { '*': 'deny', digger: 'allow' } },
        },
        digger: { mode: 'subagent', prompt: digger.prompt, permission: { task: 'deny' } },
      },
    })
  })

  test('may no more than the operator lets its agent do, and neither may whom it calls', ({ expect }) => {
    const env = { OPENCODE_PERMISSION: '{"bash":"deny","read":"deny"}' }
    const denied = { read: 'deny', bash: 'deny' }
    expect(contentFor({ env })).toMatchObject({
      agent: { planner: { permission: denied }, digger: { permission: { read: 'deny' } } },
    })
    const words = ['env', 'OPENCODE_PERMISSION={"bash":"deny"}', 'opencode', 'run']
    expect(contentFor({ words })).toMatchObject({
      agent: { planner: { permission: { bash: denied.bash } } },
    })
  })

  test('calls only whom this run may call, and lets nobody call on', ({ expect }) => {
    const lead = linkedRole('l2/lead', { delegates: ['l3/digger'] })
    const names = new Map([
      ['l1/planner', 'planner'],
      ['l2/lead', 'lead'],
      ['l3/digger', 'digger'],
    ])
    expect(contentFor({ callees: [lead], names })).toMatchObject({
      agent: {
        planner: { permission: { task: { '*': 'deny', lead: 'allow' } } },
        lead: { permission: { task: 'deny' } },
      },
    })
    expect(contentFor({ callees: [] })).toMatchObject({
      agent: { planner: { permission: { task: 'deny' } } },
    })
    expect(contentFor({ callees: [] })).not.toHaveProperty('agent.digger')
  })

  test('keeps what the agent has in its settings already', ({ expect }) => {
    const theirs = {
      provider: { mine: { options: { apiKey: '{env:KEY}' } } },
      instructions: ['/notes.md'],
      mcp: { other: { type: 'remote' } },
      agent: { planner: { model: 'x/y', permission: { edit: 'allow' } }, explore: { disable: false } },
      default_agent: 'build',
    }
    const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify(theirs) }
    const content = contentFor({ env, mcp: ['marrow', 'mcp'] })
    expect(content).toMatchObject({
      provider: { mine: { options: { apiKey: '<KEY>' } } },
      instructions: ['/notes.md', '/project/AGENTS.md'],
      mcp: {
        other: { type: 'remote' },
        marrow: { type: 'local', command: ['marrow', 'mcp'], enabled: true },
      },
      agent: {
        explore: { disable: false },
        planner: { permission: { 'marrow_*': 'allow' } },
        digger: { permission: { 'marrow_*': 'deny' } },
      },
      default_agent: 'planner',
    })
    expect(content).not.toHaveProperty('agent.planner.model')
    expect(content).not.toHaveProperty('agent.planner.permission.edit')
  })

  test('brings its skills, behind those that the agent has', ({ expect }) => {
    const skills = [{ name: 'triage', description: 'Sorts', body: '# Triage' }]
    const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ skills: { paths: ['/mine'], urls: [] } }) }
    const { files } = native(opencode.role?.(roleRequest('opencode', { skills })))
    expect(files.map(({ path }) => path)).toEqual(['agent-1.md', 'agent-2.md', 'skills/triage/SKILL.md'])
    expect(contentFor({ env, skills })).toMatchObject({
      skills: { paths: ['/mine', '/state/runs/r1/role/skills'], urls: [] },
    })
  })

  test('is text: what looks like a variable or a file in it is not filled in', ({ expect }) => {
    const role = linkedRole('l1/planner', {
      description: '{env:KEY} {file:/etc/passwd} {FILE:x}',
      capabilities: [{ kind: 'bash', patterns: ['{env:KEY}*'] }],
      prompt: 'Read {file:/etc/passwd} and "{env:KEY}".',
    })
    expect(contentFor({ role })).toMatchObject({
      agent: {
        planner: {
          description: '{env:KEY} {file:/etc/passwd} {FILE:x}',
          prompt: 'Read {file:/etc/passwd} and "{env:KEY}".',
          permission: { bash: { '{env:KEY}*': 'allow' } },
        },
      },
    })
  })

  test.for<[string[], string[]]>([
    [
      ['opencode', 'run'],
      ['opencode', 'run', '--agent', 'planner'],
    ],
    [
      ['opencode', 'run', '--agent=planner', '-m', 'x/y'],
      ['opencode', 'run', '--agent=planner', '-m', 'x/y'],
    ],
    [
      ['nice', 'opencode', 'run', '--', 'x'],
      ['nice', 'opencode', 'run', '--agent', 'planner', '--', 'x'],
    ],
  ])('makes %j into %j', ([words, made], { expect }) => {
    expect(native(opencode.role?.(roleRequest('opencode', { words }))).words).toEqual(made)
  })

  test.for<[string, Partial<RoleRequest>, RegExp]>([
    [
      'another agent',
      { words: ['opencode', 'run', '--agent', 'x'] },
      /^--agent x names another agent .* planner$/,
    ],
    ['a wrapper', { words: ['ssh', 'box', 'opencode', 'run'] }, /^no word of its command names opencode/],
    ['no opencode', { words: ['./start'] }, /^no word of its command names opencode/],
    [
      'settings among the words',
      { words: ['env', 'OPENCODE_CONFIG_CONTENT={}', 'opencode'] },
      /^its command sets OPENCODE_CONFIG_CONTENT/,
    ],
    [
      'the project among the words',
      { words: ['env', 'OPENCODE_DISABLE_PROJECT_CONFIG=0', 'opencode'] },
      /^its command sets/,
    ],
    ['settings that are no JSON', { env: { OPENCODE_CONFIG_CONTENT: '{// x\n}' } }, /is no JSON object$/],
    [
      'settings that fill the variable',
      { env: { OPENCODE_CONFIG_CONTENT: JSON.stringify({ a: 'x'.repeat(131_000) }) } },
      /would be too long/,
    ],
    ['a name that another role has', { names: new Map() }, /another role of the same name as l1\/planner$/],
    [
      'a name of opencode itself',
      { names: new Map([['l1/planner', 'title']]) },
      /an agent title of its own$/,
    ],
    ['a folder that cannot be written there', { folder: '/a}b' }, /cannot be told of a file in \/a\}b$/],
  ])('is refused for %s', ([, said, reason], { expect }) => {
    expect(opencode.role?.(roleRequest('opencode', said))).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
      fix: expect.stringMatching(/\.$/),
    })
  })

  test('of a run that anybody may be is that of its own agent', ({ expect }) => {
    expect(contentFor({ role: keeper, callees: [] })).toMatchObject({
      agent: { keeper: { mode: 'primary', permission: { '*': 'allow', task: 'deny' } } },
    })
  })
})
