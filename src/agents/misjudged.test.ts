/** Streams that look like something else than what happened. */
import { test } from 'vitest'
import { describeOutcome, judge, type EndCause } from '../runner/outcome.ts'
import type { Adapter, RunOutput } from './adapter.ts'
import { claude } from './claude/claude.ts'
import { codex } from './codex/codex.ts'
import { gemini } from './gemini/gemini.ts'
import { inputLine } from './lines.ts'
import { opencode } from './opencode/opencode.ts'
import { secretValues, valueRedactor } from './secrets.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)

function verdict(
  adapter: Adapter,
  lines: readonly unknown[],
  rest: Partial<RunOutput> & { readonly endedBy?: EndCause } = {},
): string {
  const stdout = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const { endedBy, ...output } = { stdout, stderr: '', exitCode: 0, endedAt, ...rest }
  return describeOutcome(judge(output.exitCode, adapter.read(output), endedBy))
}

const item = (type: 'item.started' | 'item.completed', about: object) => ({ type, item: about })
const command = (output: string, code: number) =>
  item('item.completed', {
    type: 'command_execution',
    command: 'x',
    aggregated_output: output,
    exit_code: code,
    status: code === 0 ? 'completed' : 'failed',
  })
const turn = { type: 'turn.completed', usage: { input_tokens: 1 } }

const window = (isUsingOverage: boolean) => [
  { type: 'system', subtype: 'init', session_id: 's' },
  { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 2e9, isUsingOverage } },
]

test('a plan that is used up while paid use goes on refuses nothing', ({ expect }) => {
  const late = { exitCode: 143, endedBy: 'deadline' } as const
  expect(verdict(claude, window(true), late)).toBe('ended by deadline')
  expect(verdict(claude, window(false), late)).toMatch(/^failed: still trying again at the deadline: /)
})

const step = (reason: string) => ({
  type: 'step_finish',
  part: { reason, tokens: { input: 1, output: 1, reasoning: 0, cache: { read: 0, write: 0 } }, cost: 0 },
})

test('an answer that was cut off at the limit of tokens is no success', ({ expect }) => {
  expect(verdict(opencode, [step('stop')])).toBe('succeeded')
  expect(verdict(opencode, [step('length')])).toMatch(/^failed: .*cut off at its limit/)
})

const said = (stdout: string) => verdict(opencode, [], { stdout })

test('words without an event are no result, whether their last line is ended or not', ({ expect }) => {
  expect(said('starting up')).toMatch(/^failed: .*finished no step/)
  expect(said('starting up\n')).toMatch(/^failed: .*finished no step/)
  expect(said('{"type":"step_finish","pa')).toBe('succeeded') // Cut: what is missing may have held it.
})

test('what a command prints is neither a refused call nor hides one', ({ expect }) => {
  const refusedCall = item('item.completed', {
    type: 'mcp_tool_call',
    server: 'marrow',
    tool: 'note',
    error: { message: 'MCP tool call requires approval, but approval policy is never' },
    status: 'failed',
  })
  const wanted = command('merge requires approval\n', 1)
  expect(verdict(codex, [refusedCall, command('', 0), wanted, turn])).toMatch(/requires approval, but/)
  expect(verdict(codex, [wanted, turn])).toBe('succeeded')
})

test('an operation that is not permitted is no sandbox where other commands worked', ({ expect }) => {
  const denied = command('kill: (1) - Operation not permitted\n', 1)
  expect(verdict(codex, [command('', 0), denied, turn])).toBe('succeeded')
  expect(verdict(codex, [denied, turn])).toMatch(/^failed: .*Operation not permitted/)
})

test('a command that was begun shows that a refusal before it was overcome', ({ expect }) => {
  const late = { exitCode: 143, endedBy: 'deadline' } as const
  const retry = { type: 'error', message: 'Reconnecting... 1/5 (unexpected status 500)' }
  const begun = item('item.started', { type: 'command_execution', command: 'sleep 900' })
  expect(verdict(codex, [retry], late)).toMatch(/^failed: still trying again/)
  expect(verdict(codex, [retry, begun], late)).toBe('ended by deadline')
})

test('a refusal on stderr counts only when it is younger than the last question', ({ expect }) => {
  const asked = '2026-11-20T11:00:00.000Z'
  const lines = [
    { type: 'init', session_id: 's' },
    { type: 'tool_use', tool_name: 'run_shell_command', tool_id: '1', parameters: {} },
    { type: 'tool_result', tool_id: '1', status: 'success', timestamp: asked },
  ]
  const stderr = 'Attempt 1 failed with status 429. Retrying with backoff...\n'
  const at = (stderrAt: number) =>
    verdict(gemini, lines, { stderr, stderrAt, exitCode: 143, endedBy: 'deadline' })
  expect(at(Date.parse(asked) - 60_000)).toBe('ended by deadline')
  expect(at(Date.parse(asked) + 60_000)).toMatch(/^failed: still trying again/)
})

test('a whole run on one line is read, however long it is', ({ expect }) => {
  const long = 'x'.repeat(1_500_000)
  const result = { type: 'result', subtype: 'success', is_error: false, result: 'Done.', session_id: 's' }
  const whole = [{ type: 'user', message: { content: long } }, result]
  expect(
    claude.read({ stdout: `${JSON.stringify(whole)}\n`, stderr: '', exitCode: 0, endedAt }),
  ).toMatchObject({
    result: 'Done.',
    failure: undefined,
  })
})

test('a key is taken out of a tool\u2019s input before that is cut', ({ expect }) => {
  const line = inputLine({ command: `${'x'.repeat(170)} export DB_PASSWORD="hunter2hunter2hunter2"` })
  expect(line).not.toContain('hunter')
})

test('the name of an author is no secret', ({ expect }) => {
  const redact = valueRedactor(secretValues([{ GIT_AUTHOR_NAME: 'assistant', MY_AUTH: 'assistants' }]))
  expect(redact('{"role":"assistant"}')).toBe('{"role":"assistant"}')
  expect(redact('assistants')).toBe('<redacted>')
})

test('blank last words are no result', ({ expect }) => {
  const text = { type: 'text', part: { text: ' \n' } }
  expect(
    opencode.read({ stdout: `${JSON.stringify(text)}\n`, stderr: '', exitCode: 0, endedAt }).result,
  ).toBe(undefined)
})

test('why a tool failed is told on one line and without keys', ({ expect }) => {
  const state = { status: 'error', input: {}, error: 'Authorization: Bearer abcdefghijklm\nsecond line' }
  const stdout = `${JSON.stringify({ type: 'tool_use', part: { tool: 'bash', state } })}\n`
  const [call] = opencode.events({ stdout, stderr: '', exitCode: 0, endedAt })
  expect(call).toMatchObject({ failed: 'Authorization: Bearer <redacted> second line' })
})
