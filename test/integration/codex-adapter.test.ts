/**
 * The codex adapter against the real codex CLI and a scripted model. With MARROW_TEST_RECORD=1 the streams of these
 * runs become the fixtures of test/fixtures/codex; with MARROW_TEST_LONG=1 the cases in which codex tries again by
 * itself for longer are run too.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { codex } from '../../src/agents/codex/codex.ts'
import { judge } from '../../src/runner/outcome.ts'
import { findCli } from '../helpers/cli-world.ts'
import { runTurn } from '../helpers/codex-turn.ts'
import { openCodexWorld } from '../helpers/codex.ts'
import type { CodexWorld } from '../helpers/codex.ts'
import { eventually } from '../helpers/eventually.ts'
import { makeTempDir, removeTempDir } from '../helpers/temp-dir.ts'

const binary = findCli('codex')
const long = process.env['MARROW_TEST_LONG'] === '1'

let dir: string
let world: CodexWorld
const run = (prompt: string, turn?: Parameters<typeof runTurn>[3]) =>
  runTurn(binary ?? '', world, prompt, turn)

beforeAll(async () => {
  dir = await makeTempDir()
  world = await openCodexWorld(dir)
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await removeTempDir(dir)
})

beforeEach(() => world.furnish())

describe.skipIf(binary === undefined)('the codex adapter with the real codex', () => {
  test('does the work of a prompt and reads what it used', async ({ expect }) => {
    const asked = world.requests().length
    const script =
      '[[usage in=1200 out=30 cached=200 reasoning=10]] [[bash echo hello > made.txt]] [[text All is done.]]'
    const prompt = `Bytes that arguments would lose: "quoted" 'words' $HOME \\ {"json": "ü"}\r\n\n${script}\n`
    // The flags that the documentation recommends.
    const network = ['-c', 'sandbox_workspace_write.network_access=true']
    const flags = ['--sandbox', 'workspace-write', '--add-dir', world.home, ...network]
    const output = await run(prompt, { fixture: 'success', flags })
    expect(codex.read(output)).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: undefined,
      cliSession: expect.stringMatching(/^[0-9a-f-]{36}$/),
      failure: undefined,
      stalled: undefined,
    })
    expect(judge(output.exitCode, codex.read(output), undefined)).toEqual({ kind: 'succeeded' })
    expect(readFileSync(join(world.workDir, 'made.txt'), 'utf8')).toBe('hello\n')
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: world.workDir, encoding: 'utf8' })).toBe(
      '?? made.txt\n',
    )
    const prompts = world
      .requests()
      .slice(asked)
      .filter(({ tools }) => tools.length > 0)
    expect(prompts.map((request) => request.prompt)).toEqual([prompt, prompt])
  })

  test('opens a conversation again by its id, whose figures go on', async ({ expect }) => {
    const first = codex.read(await run('[[text one]]'))
    const flags = ['resume', first.cliSession ?? '']
    const second = codex.read(await run('[[text two]]', { fixture: 'resumed', flags }))
    expect(second).toMatchObject({ result: 'two', cliSession: first.cliSession, failure: undefined })
    expect(second.usage?.inputTokens).toBe(2_000)
  })

  test('takes a key that is refused for a failed authentication', async ({ expect }) => {
    const output = await run('[[status 401]] [[text no]]', { fixture: 'unauthorized', flags: FEW_RETRIES })
    expect(judge(output.exitCode, codex.read(output), undefined)).toEqual({
      kind: 'failed',
      exitCode: 1,
      reason: 'authentication',
      detail: expect.stringMatching(/^unexpected status 401 Unauthorized: scripted 401/),
    })
  })

  test('takes a key that was kept from it for a failed authentication', async ({ expect }) => {
    const output = await run('[[text no]]', { fixture: 'no-key', env: { LOOP_API_KEY: undefined } })
    expect(codex.read(output).failure).toEqual({
      reason: 'authentication',
      detail: 'Missing environment variable: `LOOP_API_KEY`.',
    })
  })

  test('takes a rate limit that codex overcame for no failure', async ({ expect }) => {
    const output = await run('[[status 429 retry-after=1 times=1]] [[text recovered]]', {
      fixture: 'limited-once',
    })
    expect(codex.read(output)).toMatchObject({ result: 'recovered', failure: undefined, stalled: undefined })
    expect(codex.events(output).map(({ kind }) => kind)).toEqual(['session', 'limit', 'text', 'usage'])
  })

  test('reads a rate limit that codex did not get over', async ({ expect }) => {
    const output = await run('[[status 429 retry-after=0]] [[text no]]', {
      fixture: 'limited',
      flags: FEW_RETRIES,
    })
    // Codex does not print until when.
    expect(codex.read(output).failure).toEqual({
      reason: 'rate-limit',
      detail: 'exceeded retry limit, last status: 429 Too Many Requests',
      until: undefined,
    })
  })

  test.for([7_200, 3 * 86_400])(
    'reads until when the limit of a plan lasts that ends in %d s',
    async (seconds, { expect }) => {
      const output = await run(`[[status 429 type=usage_limit_reached retry-after=${seconds}]] [[text no]]`)
      const { failure } = codex.read(output)
      if (failure?.reason !== 'rate-limit') throw new Error(`No limit: ${output.stdout}`)
      expect(failure.detail).toContain('hit your usage limit')
      const lateMs = (failure.until ?? 0) - (output.endedAt + seconds * 1_000)
      expect(Math.abs(lateMs)).toBeLessThanOrEqual(61_000)
    },
  )

  test('takes an overloaded model for an error', async ({ expect }) => {
    const output = await run('[[status 529]] [[text no]]', { fixture: 'overloaded', flags: FEW_RETRIES })
    expect(codex.read(output).failure).toEqual({
      reason: 'error',
      detail: expect.stringMatching(/529|high demand/),
    })
  })
})

describe.skipIf(binary === undefined)('the codex adapter when the real codex is ended', () => {
  test('reads what was said before the model fell silent', async ({ expect }) => {
    const output = await run('[[bash echo begun > begun.txt]] [[hang]]', {
      fixture: 'hung',
      flags: ['--sandbox', 'workspace-write'],
      endAfter: /"item\.completed".*begun\.txt/,
    })
    expect(output.exitCode).toBe(143)
    expect(existsSync(join(world.workDir, 'begun.txt'))).toBe(true)
    expect(codex.events(output)).toContainEqual(
      expect.objectContaining({ kind: 'tool', input: expect.stringContaining('begun.txt') }),
    )
    expect(judge(output.exitCode, codex.read(output), 'deadline')).toEqual({
      kind: 'ended',
      by: 'deadline',
      exitCode: 143,
    })
  })

  test.for<[string, string, string, string, readonly string[]]>([
    ['a rate limit', 'stalled-limited', 'rate-limit', '[[status 429 retry-after=0]] [[text no]]', []],
    [
      'a model that says nothing',
      'stalled-silent',
      'connection',
      '[[hang]]',
      ['--config', 'model_providers.loop.stream_idle_timeout_ms=300'],
    ],
    [
      'a model that cannot be reached',
      'stalled-unreachable',
      'connection',
      '[[text no]]',
      ['--config', 'model_providers.loop.base_url="http://127.0.0.1:9/v1"'],
    ],
  ])('tells that %s was in its way', async ([, fixture, reason, prompt, flags], { expect }) => {
    const output = await run(prompt, { fixture, flags, endAfter: /"Reconnecting\.\.\. / })
    expect(judge(output.exitCode, codex.read(output), 'deadline')).toMatchObject({ kind: 'failed', reason })
  })
})

describe.skipIf(binary === undefined)('the codex adapter when the real codex did not do the work', () => {
  test('presumes the profile that codex would do without', async ({ expect }) => {
    const output = await run('[[text fine]]', { flags: ['--profile', 'nope'] })
    expect(codex.read(output)).toMatchObject({ result: 'fine', failure: undefined })
    const words = ['codex', 'exec', '--profile', 'nope']
    const [presumption] = codex.presumes?.(words, world.env) ?? []
    expect(presumption?.path).toBe(join(world.codexHome, 'nope.config.toml'))
    expect(existsSync(presumption?.path ?? '')).toBe(false)
    writeFileSync(presumption?.path ?? '', 'model = "scripted-2"\n')
    const profiled = await run('[[text fine]]', { flags: ['--profile', 'nope'] })
    expect(profiled.stdout).toContain('scripted-2')
  })

  test('sees that a call of an MCP server was not approved', async ({ expect }) => {
    const server = join(import.meta.dirname, '../fixtures/codex/note-server.mjs')
    const output = await run('[[tool save {"text":"hi"}]] [[text fine]]', {
      fixture: 'mcp-denied',
      flags: [
        '--config',
        `mcp_servers.note.command="${process.execPath}"`,
        '--config',
        `mcp_servers.note.args=["${server}"]`,
      ],
    })
    expect(judge(output.exitCode, codex.read(output), undefined)).toEqual({
      kind: 'failed',
      exitCode: 0,
      reason: 'permission-denied',
      detail: 'note.save: MCP tool call requires approval, but approval policy is never',
    })
  })

  test('sees that the only command was refused', async ({ expect }) => {
    const call = '{"cmd":"touch refused.txt","sandbox_permissions":"require_escalated","justification":"x"}'
    const output = await run(`[[tool exec_command ${call}]] [[text fine]]`, { fixture: 'refused' })
    expect(codex.read(output).failure).toEqual({
      reason: 'permission-denied',
      detail: expect.stringMatching(/^approval policy is Never; reject command/),
    })
  })

  test('sees that its sandbox kept the last command from writing', async ({ expect }) => {
    // Codex sometimes prints nothing of a command that ends at once.
    const output = await run('[[bash sleep 0.3; echo hello > denied.txt]] [[text fine]]', {
      fixture: 'sandboxed',
    })
    expect(existsSync(join(world.workDir, 'denied.txt'))).toBe(false)
    expect(judge(output.exitCode, codex.read(output), undefined)).toEqual({
      kind: 'failed',
      exitCode: 0,
      reason: 'permission-denied',
      detail: expect.stringMatching(
        /^command_execution: exited with code \d+: .*denied\.txt: (?:Read-only file system|Operation not permitted)$/,
      ),
    })
  })

  test('says that codex works in no folder without git unless it is told to', async ({ expect }) => {
    const output = await run('[[text no]]', { fixture: 'no-repository', workDir: world.home })
    expect(judge(output.exitCode, codex.read(output), undefined)).toEqual({
      kind: 'failed',
      exitCode: 1,
      reason: 'permission-denied',
      detail: 'Not inside a trusted directory and --skip-git-repo-check was not specified.',
    })
    const told = await run('[[text yes]]', {
      workDir: world.home,
      flags: ['--skip-git-repo-check'],
    })
    expect(codex.read(told)).toMatchObject({ result: 'yes', failure: undefined })
  })

  test('says what is wrong with settings that codex refuses', async ({ expect }) => {
    world.furnish('sandbox_mode = 5')
    const output = await run('[[text fine]]', { fixture: 'invalid-config' })
    expect(codex.read(output).failure).toEqual({
      reason: 'exit-code',
      detail: expect.stringMatching(/^exited with code 1: Error loading config\.toml: .*sandbox_mode/),
    })
  })

  test('takes an empty prompt for no result', async ({ expect }) => {
    const output = await run('', { fixture: 'no-prompt' })
    expect(codex.read(output).failure).toEqual({
      reason: 'exit-code',
      detail: 'exited with code 1: No prompt provided via stdin.',
    })
  })
})

describe.skipIf(binary === undefined || !long)('the codex adapter with the retries of the real codex', () => {
  test('takes a model that answers 529 until codex gives up for an error', async ({ expect }) => {
    const output = await run('[[status 529]] [[text no]]')
    expect(codex.read(output).failure?.reason).toBe('error')
    expect(codex.events(output).filter(({ kind }) => kind === 'limit')).toHaveLength(5)
  })
})

describe.skipIf(binary === undefined)('the real codex after all of that', () => {
  test('left no process behind', async ({ expect }) => {
    await eventually('the last process', () => (processesLeft().length === 0 ? true : undefined)).catch(
      () => {},
    )
    expect(processesLeft()).toEqual([])
  })
})

const FEW_RETRIES = [
  '--config',
  'model_providers.loop.request_max_retries=1',
  '--config',
  'model_providers.loop.stream_max_retries=1',
]

function processesLeft(): string[] {
  const all = execFileSync('ps', ['-axww', '-o', 'command='], { encoding: 'utf8' }).split('\n')
  return all.filter((line) => line.includes(world.home) || line.includes('codex app-server'))
}
