/** What Claude Code is started with for a role; test/integration/claude-role.test.ts asks Claude Code itself. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { native, roleRequest } from '../../../test/helpers/role-request.ts'
import { digger, planner } from '../../../test/helpers/roles.ts'
import { test } from '../../../test/helpers/temp-dir.ts'
import type { RoleRequest } from '../role.ts'
import { claude } from './claude.ts'

function deliver(said: Partial<RoleRequest> = {}) {
  return native(claude.role?.(roleRequest('claude', said)))
}

function fileOf(path: string, said: Partial<RoleRequest> = {}): unknown {
  const text = deliver(said).files.find((file) => file.path === path)?.text
  return text === undefined ? undefined : JSON.parse(text)
}

const skills = [{ name: 'triage', description: 'Sorts', body: '# Triage' }]

describe('the role of claude', () => {
  test('stands in files that its words name, and settings of the project are not read', ({ expect }) => {
    const { words, env, provesGuard } = deliver({
      words: ['nice', 'claude', '-p', '--model', 'opus'],
      skills,
    })
    expect(words.join(' ')).toBe(
      'nice claude --agent planner --agents /state/runs/r1/role/agents.json --settings /state/runs/r1/role/settings.json ' +
        '--setting-sources user --add-dir /project --plugin-dir /state/runs/r1/role/plugin --strict-mcp-config -p --model opus',
    )
    expect(env).toEqual({ CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD: '1' })
    expect(provesGuard).toBe(true)
  })

  test('names its tools, skills and callees, who call nobody', ({ expect }) => {
    expect(fileOf('agents.json', { mcp: ['marrow', 'mcp'], skills })).toEqual({
      planner: {
        description: planner.description,
        prompt: planner.prompt,
        tools: ['Bash(make*)', 'Glob', 'Grep', 'Read', 'Task(digger)', 'context7', 'mcp__marrow', 'Skill'],
        skills: ['marrow:triage'],
      },
      digger: {
        description: 'Digs.',
        prompt: '# digger',
        tools: ['Edit', 'Glob', 'Grep', 'Read', 'WebFetch', 'WebSearch', 'Write'],
      },
    })
    expect(fileOf('mcp.json', { mcp: ['marrow', 'mcp'] })).toEqual({
      mcpServers: { marrow: { command: 'marrow', args: ['mcp'] } },
    })
    expect(JSON.stringify(fileOf('agents.json', { callees: [] }))).not.toContain('Task')
    expect(deliver({ skills }).files.map(({ path }) => path)).toContain('plugin/skills/triage/SKILL.md')
  })

  test('is added to settings among the words', ({ expect }) => {
    const theirs = {
      env: { A: '1' },
      hooks: { PreToolUse: ['mine'], Stop: ['stop'] },
      disableAllHooks: true,
      permissions: { allow: ['Read'] },
      disableSkillShellExecution: false,
    }
    const words = ['claude', `--settings=${JSON.stringify(theirs)}`, '-p']
    expect(deliver({ words }).words).not.toContain(words[1])
    expect(fileOf('settings.json', { words, mcp: ['marrow'] })).toEqual({
      env: { A: '1' },
      disableSkillShellExecution: true,
      permissions: {
        allow: ['Read', 'mcp__marrow', 'Bash(marrow delegate:*)', 'Bash(marrow handoff:*)'],
      },
      hooks: { SessionStart: [expect.anything()], PreToolUse: [expect.anything(), 'mine'], Stop: ['stop'] },
    })
  })

  test.for<[string, Partial<RoleRequest>, RegExp]>([
    ['another agent', { words: ['claude', '--agent=x'] }, /^--agent=x names another agent .* planner$/],
    ['a wrapper', { words: ['ssh', 'box', 'claude'] }, /^no word of its command names Claude Code/],
    ['agents of its own', { words: ['claude', '--agents', '{}'] }, /^--agents is how it gets its role$/],
    ['settings in a file', { words: ['claude', '--settings', '/x.json'] }, /takes one --settings/],
    ['settings twice', { words: ['claude', '--settings', '{}', '--settings', '{}'] }, /takes one --settings/],
    [
      'settings of the project',
      { words: ['claude', '--setting-sources', 'user,project'] },
      /lets settings of the project/,
    ],
    ['a mode without agents', { words: ['claude', '--safe-mode'] }, /^--safe-mode switches/],
    ['a name that another role has', { names: new Map() }, /another role of the same name/],
  ])('is refused for %s', ([, said, reason], { expect }) => {
    expect(claude.role?.(roleRequest('claude', said))).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
      fix: expect.stringMatching(/\.$/),
    })
  })
})

const started = (stdout: string) =>
  `${JSON.stringify({ type: 'system', subtype: 'hook_response', hook_event: 'SessionStart', stdout })}\n`
const init = `${JSON.stringify({ type: 'system', subtype: 'init' })}\n`

describe('what a role of claude may do without being asked', () => {
  const mcp = ['/core/bin/marrow', 'mcp']
  const shell = { ...digger, capabilities: [{ kind: 'word', word: 'bash' }] as const }
  test.for<[string, Partial<RoleRequest>, readonly string[]]>([
    [
      'a role that may delegate',
      { mcp },
      ['mcp__marrow', 'Bash(marrow delegate:*)', 'Bash(marrow handoff:*)'],
    ],
    ['a leaf with a shell', { mcp, role: shell, callees: [] }, ['mcp__marrow', 'Bash(marrow handoff:*)']],
    ['a leaf without one', { mcp, role: digger, callees: [] }, ['mcp__marrow']],
    ['a run without the door', {}, []],
  ])('is for %s just this', ([, said, allow], { expect }) => {
    expect(fileOf('settings.json', said)).toMatchObject({ permissions: { allow } })
  })
})

describe('claude.guarded()', () => {
  test.for<[string, string, boolean | undefined]>([
    ['nothing yet', '', undefined],
    ['a line that is not whole', started('{"guard":"/r"}').slice(0, -9), undefined],
    ['a hook that began', `${JSON.stringify({ type: 'system', subtype: 'hook_started' })}\n`, undefined],
    ['the first hook', started('{"guard":"/r"}'), true],
    ['the first hook before the rest', started('x') + started('{"guard":"/r"}') + init, true],
    ['no hook', init, false],
    ['a hook too late', init + started('{"guard":"/r"}'), false],
    ['the hook of another run', started('{"guard":"/other"}') + init, false],
    ['an answer without any beginning', '{"type":"assistant"}\n', false],
    ['a result alone', '{"type":"result"}\n', false],
  ])('of %s', ([, stdout, is], { expect }) => {
    expect(claude.guarded?.(stdout, '/r')).toBe(is)
  })
})

const guard = join(import.meta.dirname, '../../../bin/claude-guard')

function call(folder: string, payload: unknown): { decision: unknown; status: number | null } {
  const input = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const { stdout, status } = spawnSync(guard, ['call', folder], { input, encoding: 'utf8' })
  const answer: unknown = stdout === '' ? undefined : JSON.parse(stdout)
  return { decision: answer, status }
}

const ask = (subagent_type: unknown, more: object = {}, tool_name = 'Agent') => ({
  hook_event_name: 'PreToolUse',
  tool_name,
  tool_input: { description: 'a', prompt: 'b', subagent_type },
  ...more,
})

describe('bin/claude-guard', () => {
  const guardTest = test.extend<{ folder: string }>({
    folder: async ({ dir }, use) => {
      const folder = join(dir, 'my role')
      for (const { path, text } of deliver({ folder }).files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
      await use(folder)
    },
  })

  guardTest('lets the run start an agent that its role names', ({ folder, expect }) => {
    expect(call(folder, ask('digger'))).toEqual({ decision: undefined, status: 0 })
    expect(call(folder, ask('digger', {}, 'Task'))).toEqual({ decision: undefined, status: 0 })
  })

  guardTest.for<[string, unknown]>([
    ['another agent', ask('Explore')],
    ['a part of a name', ask('dig')],
    ['a name with more to it', ask('digger2')],
    ['a pattern', ask('*')],
    ['no agent', ask(undefined)],
    ['a list', ask(['digger'])],
    ['a name in the prompt', ask('Explore', { note: '"subagent_type":"digger"' })],
    ['a name in another place', ask('Explore', { other: { subagent_type: 'digger' } })],
    ['a call by an agent of the run', ask('digger', { agent_id: 'a1' })],
    ['another tool', ask('digger', {}, 'Workflow')],
    ['another tool that says it is this one', ask('digger', { x: { tool_name: 'Agent' } }, 'Workflow')],
    ['nothing', ''],
  ])('refuses %s', ([, payload], { folder, expect }) => {
    expect(call(folder, payload)).toEqual({
      decision: {
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          permissionDecision: 'deny',
          permissionDecisionReason:
            'Your role starts only these agents here: digger. Hand other work on as your role says.',
        },
      },
      status: 0,
    })
  })

  guardTest('refuses by its code when the rules of the run are gone', ({ folder, expect }) => {
    rmSync(join(folder, 'callees'))
    expect(call(folder, ask('digger'))).toMatchObject({
      decision: { hookSpecificOutput: { permissionDecision: 'deny' } },
    })
    rmSync(folder, { recursive: true })
    expect(call(folder, ask('digger'))).toEqual({ decision: undefined, status: 2 })
  })

  guardTest('shows that hooks run, as the command of the settings', ({ folder, expect }) => {
    const settings = JSON.stringify(fileOf('settings.json', { folder, programBin: dirname(guard) }))
    const command = /"command":("[^"]*start [^"]*")/.exec(settings)?.[1] ?? '""'
    const shown = execFileSync('sh', ['-c', String(JSON.parse(command))], { encoding: 'utf8' })
    expect(claude.guarded?.(started(shown), folder)).toBe(true)
  })
})
