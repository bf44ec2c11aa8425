/** Whatever is printed in the name of Claude Code, cut, malformed or endless: it is read quickly and without harm. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Reading } from '../adapter.ts'
import { claude } from './claude.ts'

const long = process.env['MARROW_TEST_LONG'] === '1'

// What a daemon reads of each stream at most, and a quarter of it where there is less time.
const BYTES = (long ? 8 : 2) * 1_048_576
// Ms of processor time: it needs a quarter of that at most, and what is not linear needs minutes.
const CPU_MS_MAX = BYTES / 1_024

const endedAt = Date.UTC(2026, 10, 20, 12)
const fixtures = ['success', 'limited', 'plan-limited', 'subagent-denied', 'unauthorized', 'max-budget']

function stream(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../../test/fixtures/claude', `${name}.jsonl`), 'utf8')
}

function isSound({ usage, costUsd, failure, stalled, result: words, cliSession }: Reading): boolean {
  const untils = [failure, stalled].map((found) => (found?.reason === 'rate-limit' ? found.until : 0) ?? 0)
  const figures = [...Object.values(usage ?? {}), costUsd ?? 0, ...untils]
  return (
    figures.every((figure) => Number.isFinite(figure) && figure >= 0) &&
    (failure?.detail.length ?? 0) <= 300 &&
    (words?.length ?? 0) <= 16_384 &&
    (cliSession?.length ?? 0) <= 200
  )
}

function message(id: number): object {
  return { type: 'assistant', message: { id: `m${id}`, usage: { input_tokens: 5 } } }
}

describe('claude.read of more than Claude Code prints', () => {
  test.for<[string, number]>([
    ['a line for each', 1],
    ['thousands on a line', 10_000],
  ])('takes the last 50,000 events: %s', ([, perLine], { expect }) => {
    const messages = Array.from({ length: 50_010 }, (_, index) => message(index))
    const lines = Array.from({ length: Math.ceil(messages.length / perLine) }, (_, index) =>
      messages.slice(index * perLine, (index + 1) * perLine),
    )
    const stdout = lines.map((all) => JSON.stringify(perLine === 1 ? all[0] : all)).join('\n')
    const { usage } = claude.read({ stdout, stderr: '', exitCode: 143, endedAt })
    expect(usage?.inputTokens).toBe(50_000 * 5)
  })

  test('skips a line of more than a MiB', ({ expect }) => {
    const texts = ['short', 'x'.repeat(1_048_576)]
    const stdout = texts.map((text) => `{"type":"result","result":"${text}"}\n`).join('')
    expect(claude.read({ stdout, stderr: '', exitCode: 0, endedAt }).result).toBe('short')
  })
})

describe('claude.read of anything', () => {
  test.for(fixtures)('is sound wherever "%s" is cut', (name, { expect }) => {
    const whole = stream(name)
    const lines = whole.split('\n')
    for (let count = 0; count < lines.length; count += 1) {
      for (const end of ['', '\n', (lines[count] ?? '').slice(0, 300)]) {
        const stdout = lines.slice(0, count).join('\n') + end
        expect(isSound(claude.read({ stdout, stderr: '', exitCode: 143, endedAt }))).toBe(true)
      }
    }
  })

  test('never throws and never gives a figure that is not one, whatever is printed', ({ expect }) => {
    const lines = fixtures.flatMap((name) => stream(name).split('\n'))
    const types = ['system', 'assistant', 'user', 'rate_limit_event', 'result']
    const printed = fc.oneof(
      fc.constantFrom(...lines),
      fc.string(),
      fc.json(),
      fc.tuple(fc.constantFrom(...types), fc.jsonValue(), fc.jsonValue()).map(([type, one, other]) =>
        JSON.stringify({
          type,
          subtype: 'api_retry',
          message: { content: one, usage: other },
          rate_limit_info: { status: 'rejected', resetsAt: other },
          retry_delay_ms: one,
          attempt: other,
          error_status: 429,
          usage: one,
          modelUsage: { one, other },
          total_cost_usd: other,
          permission_denials: [one],
          errors: [other],
          is_error: true,
        }),
      ),
      fc
        .double()
        .map((figure) =>
          JSON.stringify({ type: 'result', total_cost_usd: figure, usage: { input_tokens: figure } }),
        ),
      fc
        .tuple(fc.constantFrom(...lines), fc.nat())
        .map(([whole, at]) => whole.slice(0, at % (whole.length + 1))),
    )
    fc.assert(
      fc.property(
        fc.array(printed),
        fc.string(),
        fc.integer({ min: 0, max: 255 }),
        (all, stderr, exitCode) => {
          const output = { stdout: all.join('\n'), stderr, exitCode, endedAt }
          expect(isSound(claude.read(output))).toBe(true)
          claude.events(output)
        },
      ),
    )
  })

  test.for<[string, string]>([
    ['empty blocks', '{"type":"assistant","message":{"content":[' + '{},'.repeat(300_000) + '{}]}}\n'],
    ['denials', '{"type":"result","permission_denials":[' + '{},'.repeat(300_000) + '{}]}\n'],
    ['errors', '{"type":"result","is_error":true,"errors":[' + '"a",'.repeat(250_000) + '"a"]}\n'],
    ['events in one line', '[{"type":"result"},' + '{"type":"result"},'.repeat(50_000) + '{}]\n'],
    ['failed tools', '{"type":"user","message":{"content":[{"type":"tool_result","is_error":true}]}}\n'],
    ['messages', '{"type":"assistant","message":{}}\n'],
    ['refusals', '{"type":"system","subtype":"api_retry","error_status":429}\n'],
    ['results', '{"type":"result"}\n'],
    ['keys in front of a type', '{"a":1,"type":"result"}\n'],
    ['lines that are almost some', '{"type":"user","a":1}\n'],
    ['plain text', 'limit resets '],
  ])('is quick with nothing but %s', { timeout: 60_000 }, ([, repeated], { expect }) => {
    const stdout = repeated.repeat(Math.ceil(BYTES / repeated.length)).slice(0, BYTES)
    const before = process.cpuUsage()
    const reading = claude.read({ stdout, stderr: stdout, exitCode: 1, endedAt })
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(CPU_MS_MAX)
    expect(isSound(reading)).toBe(true)
  })
})
