import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { RunOutput } from '../adapter.ts'
import { codex } from './codex.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)

const silent: RunOutput = { stdout: '', stderr: '', exitCode: 0, endedAt }
const finish = turn({ input_tokens: 5, output_tokens: 1 })

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function turn(usage: object): string {
  return line({ type: 'turn.completed', usage })
}

function item(value: object): string {
  return line({ type: 'item.completed', item: value })
}

function said(text: string): string {
  return item({ type: 'agent_message', text })
}

describe('codex.read of other output', () => {
  test('takes exit code 0 without a completed turn for no result', ({ expect }) => {
    expect(codex.read(silent).failure?.reason).toBe('no-result')
    expect(codex.read({ ...silent, stdout: said('I begin.') }).failure?.reason).toBe('no-result')
    expect(codex.read({ ...silent, stdout: line({ type: 'turn.new' }) }).failure?.reason).toBe('no-result')
  })

  test('takes the last lines of a command that prints no JSON lines for its result', ({ expect }) => {
    expect(codex.read({ ...silent, stdout: 'I began.\nI am done.\n' })).toMatchObject({
      result: 'I began.\nI am done.',
      failure: undefined,
    })
  })

  test.for([126, 127, 137, 143])('leaves exit code %d to the runner', (exitCode, { expect }) => {
    expect(codex.read({ ...silent, exitCode }).failure).toBeUndefined()
  })

  test('forgives an error after which a turn was completed', ({ expect }) => {
    const error = line({ type: 'error', message: 'oops' })
    expect(codex.read({ ...silent, stdout: error + finish }).failure).toBeUndefined()
    expect(codex.read({ ...silent, stdout: finish + error }).failure).toEqual({
      reason: 'error',
      detail: 'oops',
    })
  })

  test.for([
    'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
    'bwrap: setting up uid map: Operation not permitted',
  ])('says what to write when its own sandbox cannot be made: %s', (why, { expect }) => {
    const command = { type: 'command_execution', command: 'ls', exit_code: 1, status: 'failed' }
    const refused = item({ ...command, aggregated_output: `${why}\n` })
    expect(codex.read({ ...silent, stdout: refused + said('Done?') + finish }).failure).toEqual({
      reason: 'permission-denied',
      detail: `its own sandbox cannot be made; behind the wall write --sandbox danger-full-access: exited with code 1: ${why}`,
    })
    const worked = item({ ...command, exit_code: 0, status: 'completed', aggregated_output: why })
    expect(codex.read({ ...silent, stdout: worked + refused + finish }).failure).toBeUndefined()
  })

  test('does not take what codex always says for a reason', ({ expect }) => {
    const stderr = 'Reading prompt from stdin...\n'
    expect(codex.read({ ...silent, stderr, exitCode: 1 }).failure?.detail).toBe(
      'exited with code 1: it said nothing',
    )
  })

  test('says what a flag is missing', ({ expect }) => {
    const stderr =
      "error: invalid value 'nope' for '--sandbox'\n  [possible values: a]\n\nFor more information, try '--help'.\n"
    expect(codex.read({ ...silent, stderr, exitCode: 2 }).failure?.detail).toBe(
      "exited with code 2: error: invalid value 'nope' for '--sandbox' [possible values: a]",
    )
  })

  test('counts no token of a later turn twice', ({ expect }) => {
    const first = turn({ input_tokens: 1_000, cached_input_tokens: 100, output_tokens: 10 })
    const second = turn({ input_tokens: 3_000, cached_input_tokens: 1_100, output_tokens: 30 })
    expect(codex.read({ ...silent, stdout: first + second }).usage).toEqual({
      inputTokens: 1_900,
      outputTokens: 30,
      cacheReadTokens: 1_100,
      cacheWriteTokens: 0,
    })
  })

  test('takes what was cached out of the input, and nothing below zero', ({ expect }) => {
    const cached = { cached_input_tokens: 100, cache_write_input_tokens: 200, output_tokens: 1 }
    const [first, less] = [turn({ input_tokens: 1_000, ...cached }), turn({ input_tokens: 50, ...cached })]
    const usage = { inputTokens: 700, outputTokens: 1, cacheReadTokens: 100, cacheWriteTokens: 200 }
    expect(codex.read({ ...silent, stdout: first }).usage).toEqual(usage)
    expect(codex.read({ ...silent, stdout: first + less }).usage).toEqual(usage)
  })
})

describe('codex.read of what was refused', () => {
  const refusedCall = {
    type: 'mcp_tool_call',
    server: 'note',
    tool: 'save',
    error: { message: 'MCP tool call requires approval, but approval policy is never' },
    status: 'failed',
  }
  const worked = item({ type: 'command_execution', command: 'ls', exit_code: 0, status: 'completed' })
  const rejected =
    '2026-11-20T12:00:00Z ERROR codex_core::tools::router: error=exec_command failed: CreateProcess { message: "Rejected(\\"`touch x` rejected: policy forbids commands starting with `touch`\\")" }\n'

  test('is not content with other tools when an MCP server was not approved', ({ expect }) => {
    const stdout = item(refusedCall) + worked + finish
    expect(codex.read({ ...silent, stdout }).failure?.reason).toBe('permission-denied')
  })

  test('takes a command that was declined for one', ({ expect }) => {
    const declined = item({ type: 'command_execution', command: 'ls', status: 'declined' })
    expect(codex.read({ ...silent, stdout: declined + finish }).failure).toEqual({
      reason: 'permission-denied',
      detail: 'command_execution: declined',
    })
  })

  test('is content with a call that was approved later', ({ expect }) => {
    const stdout = item(refusedCall) + item({ ...refusedCall, error: null, status: 'completed' }) + finish
    expect(codex.read({ ...silent, stdout }).failure).toBeUndefined()
  })

  test('is content with what was done after the sandbox kept something from being written', ({ expect }) => {
    const denied = item({
      type: 'command_execution',
      aggregated_output: 'touch: cannot touch: Read-only file system\n',
      exit_code: 1,
      status: 'failed',
    })
    expect(codex.read({ ...silent, stdout: denied + worked + finish }).failure).toBeUndefined()
    expect(codex.read({ ...silent, stdout: worked + denied + finish }).failure?.reason).toBe(
      'permission-denied',
    )
  })

  test('is content with other tools when a command was refused', ({ expect }) => {
    const output = { ...silent, stderr: rejected }
    expect(codex.read({ ...output, stdout: worked + finish }).failure).toBeUndefined()
    expect(codex.read({ ...output, stdout: finish }).failure).toEqual({
      reason: 'permission-denied',
      detail: expect.stringMatching(/^exec_command failed: .*policy forbids commands/),
    })
  })
})

describe('codex.read of more than codex prints', () => {
  test('takes the last 50,000 events', ({ expect }) => {
    const stdout = line({ type: 'thread.started', thread_id: 'first' }) + said('x').repeat(50_000)
    expect(codex.read({ ...silent, stdout })).toMatchObject({ cliSession: undefined, result: 'x' })
  })

  test('skips a line of more than a MiB', ({ expect }) => {
    const stdout = said('short') + said('x'.repeat(1_048_576)) + finish
    expect(codex.read({ ...silent, stdout })).toMatchObject({ result: 'short', failure: undefined })
  })

  test('is quick with an endless line on stderr', ({ expect }) => {
    const stderr = 'ERROR codex_core::tools::router: error='.repeat(100_000)
    const before = process.cpuUsage().user
    expect(codex.read({ ...silent, stdout: finish, stderr }).failure).toBeUndefined()
    expect(process.cpuUsage().user - before).toBeLessThan(2_000_000)
  })
})

describe('codex.read of anything', () => {
  test('never throws and never gives a figure that is not one, whatever is printed', ({ expect }) => {
    const fixtures = join(import.meta.dirname, '../../../test/fixtures/codex')
    const lines = ['success', 'limited', 'mcp-denied'].flatMap((name) =>
      readFileSync(join(fixtures, `${name}.jsonl`), 'utf8').split('\n'),
    )
    const figure = fc.oneof(fc.double(), fc.integer(), fc.bigInt().map(String), fc.constant(1e308))
    const printedLine = fc.oneof(
      fc.constantFrom(...lines),
      fc.string(),
      fc.json(),
      fc
        .record({
          type: fc.constantFrom('error', 'item.completed', 'turn.completed', 'turn.failed', 'thread.started'),
          item: fc.jsonValue(),
          error: fc.jsonValue(),
          message: fc.jsonValue(),
          usage: fc.jsonValue(),
        })
        .map((value) => JSON.stringify(value)),
      fc
        .record({ input_tokens: figure, cached_input_tokens: figure, output_tokens: figure })
        .map((usage) => turn(usage).trim()),
      fc
        .tuple(fc.constantFrom(...lines), fc.nat())
        .map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
    )
    fc.assert(
      fc.property(
        fc.array(printedLine),
        fc.string(),
        fc.integer({ min: 0, max: 255 }),
        (printed, stderr, exitCode) => {
          const { usage } = codex.read({ stdout: printed.join('\n'), stderr, exitCode, endedAt })
          for (const count of Object.values(usage ?? {})) {
            expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
          }
        },
      ),
    )
  })
})
