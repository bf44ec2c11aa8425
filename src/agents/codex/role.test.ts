/** What codex is started with for a role; test/integration/codex-role.test.ts asks codex itself. */
import { parse } from 'smol-toml'
import { describe, test } from 'vitest'
import { native, roleRequest } from '../../../test/helpers/role-request.ts'
import { planner, linkedRole, sampleSettings } from '../../../test/helpers/roles.ts'
import type { RoleRequest } from '../role.ts'
import { codex } from './codex.ts'

/** The settings among the words, each read by itself, as codex does. */
function settingsFor(said: Partial<RoleRequest> = {}) {
  const { words } = native(codex.role?.(roleRequest('codex', said)))
  const texts = words.filter((_, at) => words[at - 1] === '-c')
  return Object.assign(
    {},
    ...texts.map((text) => ({
      [text.slice(0, text.indexOf('='))]: parse(`v${text.slice(text.indexOf('='))}`)['v'],
    })),
  )
}

describe('the role of codex', () => {
  test('stands among its words, in front of the others', ({ expect }) => {
    const { words, env, files } = native(
      codex.role?.(roleRequest('codex', { words: ['nice', 'codex', 'exec', '-'] })),
    )
    expect([words.slice(0, 2), words.slice(-2)]).toEqual([
      ['nice', 'codex'],
      ['exec', '-'],
    ])
    expect({ env, files }).toEqual({ env: {}, files: [] })
    expect(settingsFor()).toEqual({
      developer_instructions: expect.stringContaining(`${planner.prompt}\n\n`),
      projects: { '/': { trust_level: 'untrusted' }, '/project': { trust_level: 'untrusted' } },
      'agents.enabled': false,
    })
  })

  test('is one line of TOML, whatever the role says', ({ expect }) => {
    const prompt = 'a "b" \'c\' \\ {x} = [1]\n---\n\t🙂 \u0007'
    const { words } = native(
      codex.role?.(roleRequest('codex', { role: linkedRole('l1/planner', { prompt }) })),
    )
    expect(words.every((word) => !word.includes('\n'))).toBe(true)
    expect(settingsFor({ role: linkedRole('l1/planner', { prompt }), workDir: '/a b/"c".d' })).toMatchObject({
      developer_instructions: expect.stringContaining(prompt),
      projects: { '/a b/"c".d': { trust_level: 'untrusted' } },
    })
  })

  test('brings the model of its tier, unless the words name one', ({ expect }) => {
    const settings = sampleSettings('codex', { modelMap: { reasoning: 'big' } })
    expect(settingsFor({ settings })).toMatchObject({ model: 'big' })
    for (const words of [
      ['codex', '-m', 'mine'],
      ['codex', 'exec', '--model=mine'],
      ['codex', '-c', 'model="mine"'],
    ])
      expect(native(codex.role?.(roleRequest('codex', { settings, words }))).words.join(' ')).not.toContain(
        'big',
      )
  })

  test('brings marrow\u2019s own server, with the variables of the run', ({ expect }) => {
    expect(settingsFor({ mcp: ['marrow', 'mcp'], env: { MARROW_RUN: 'r', KEY: 'k' } })).toMatchObject({
      'mcp_servers.marrow': {
        command: 'marrow',
        args: ['mcp'],
        env_vars: ['MARROW_RUN'],
        default_tools_approval_mode: 'approve',
      },
    })
  })

  test('trusts the folder that the words name as little', ({ expect }) => {
    expect(settingsFor({ words: ['codex', 'exec', '-C', '/other'] })).toMatchObject({
      projects: { '/other': { trust_level: 'untrusted' } },
    })
  })

  test.for<[string, Partial<RoleRequest>, RegExp]>([
    ['a wrapper', { words: ['docker', 'run', 'codex'] }, /^no word of its command names codex/],
    [
      'instructions among the words',
      { words: ['codex', '-c', 'developer_instructions="x"'] },
      /would stand in the way/,
    ],
    [
      'trust among the words',
      { words: ['codex', '--config=projects."/project".trust_level="trusted"'] },
      /would stand in the way/,
    ],
    ['agents among the words', { words: ['codex', '-c', 'agents.enabled=true'] }, /would stand in the way/],
    ['agents switched on', { words: ['codex', '--enable', 'multi_agent_v2'] }, /lets it start agents$/],
    ['a folder that moves', { words: ['codex', '-C', 'sub'] }, /is no absolute path$/],
    [
      'a role of many pages',
      { role: linkedRole('l1/planner', { prompt: 'x'.repeat(131_000) }) },
      /^its role is too long/,
    ],
  ])('is refused for %s', ([, said, reason], { expect }) => {
    expect(codex.role?.(roleRequest('codex', said))).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
      fix: expect.stringMatching(/\.$/),
    })
  })
})
