/** Whatever an agent prints, the daemon reads it itself and does nothing else meanwhile: it must be quick. */
import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Reading, RunOutput } from './adapter.ts'
import { ADAPTER_NAMES, adapterFor, isAdapterName } from './adapters.ts'

const long = process.env['MARROW_TEST_LONG'] === '1'

// What a daemon reads of each stream at most, and a quarter of it where there is less time.
const BYTES = (long ? 8 : 2) * 1_048_576
// Ms of processor time for all of it: it needs a third of that at most, and what is not linear needs minutes.
const CPU_MS_MAX = BYTES / 512 // A reader that looks back would take a hundred times as long, on any machine.

const adapters = ADAPTER_NAMES.filter(isAdapterName).map(adapterFor)
const apiError = '{"type":"error","error":{"name":"APIError","data":{"message":"'
const reported = '{"marrow":{"error":{"reason":"rate-limit","detail":"'

// One opening, and what is repeated after it until the output is full.
const hostile: readonly (readonly [opening: string, repeated: string])[] = [
  ['', '\n'],
  ['', '{\n'],
  ['', '{}\n'],
  ['', 'a\n'],
  ['', '{"type":"error"}\n'],
  ['', '{"type":"text","part":{"text":"a"}}\n'],
  ['', '{"type":"step_finish","part":{}}\n'],
  ['', '{"type":1}\n'],
  ['', '{"marrow"\n'],
  ['', '{"marrow":1}\n'],
  ['', '{"marrow":{"usage":{}}}\n'],
  ['', '{"type":"text","part":'],
  ['', '['],
  ['', '\u001B['],
  ['\u001B[', '0'],
  ['', '\u001B]'],
  ['Error: ', 'a-'],
  ['Error: ', 'a.'],
  ['Error: ', 'KEY_'],
  ['Error: ', '-eyJaaaaaaaa'],
  ['Error: ', 'Bearer '],
  ['Error: ', '\n'],
  ['! agent "', 'x'],
  ['! permission requested: ', 'a-'],
  [apiError, 'a-'],
  [apiError, 'api key '],
  [`${apiError}x","responseHeaders":{"retry-after":"1`, ' '],
  [reported, 'a.'],
  ['', '{"type":"turn.completed","usage":{}}\n'],
  ['', '{"type":"item.completed","item":{"type":"command_execution"}}\n'],
  ['{"type":"error","message":"Reconnecting... 1/5 (', 'a('],
  ['{"type":"error","message":"rate limit exceeded: try again in ', '1s '],
  ['{"type":"turn.failed","error":{"message":"', 'try again at 1:00 '],
  ['', 'ERROR codex_core::tools::router: error='],
  ['', '{"type":"message","role":"assistant","content":"a"}\n'],
  ['', '{"type":"tool_use"}\n'],
  ['{"type":"result","error":{"message":"', 'retry in  '],
  ['', 'Attempt 1 failed. Retrying with backoff... {"error":{"message":"x"}}\n'],
  ['Error when talking to ', 'Error: {'],
]

/** `text` on both streams, with a proper end or cut. */
function readBoth(text: string, exitCode: number): { readings: Reading[]; cpuMs: number } {
  const output: RunOutput = { stdout: text, stderr: text, exitCode, endedAt: 0 }
  const before = process.cpuUsage()
  const readings = adapters.map((adapter) => adapter.read(output))
  const { user, system } = process.cpuUsage(before)
  return { readings, cpuMs: (user + system) / 1_000 }
}

function fill(opening: string, repeated: string, bytes: number): string {
  return (opening + repeated.repeat(Math.ceil(bytes / repeated.length))).slice(0, bytes)
}

/** What is stored, shown and added up has to be fit for it. */
function isSound({ result, usage, costUsd, cliSession, failure }: Reading): boolean {
  const figures = [...Object.values(usage ?? {}), costUsd ?? 0]
  const texts = [result ?? '', failure?.detail ?? '']
  return (
    figures.every((figure) => Number.isFinite(figure) && figure >= 0) &&
    texts.every((text) => text.length <= 16_384) &&
    (failure?.detail.length ?? 0) <= 300 &&
    (cliSession?.length ?? 0) <= 200 &&
    (failure?.reason !== 'rate-limit' || failure.until === undefined || Number.isSafeInteger(failure.until))
  )
}

describe('reading', () => {
  test.for(hostile)(
    '%j and then %j without end is quick',
    { timeout: 120_000 },
    ([opening, repeated], { expect }) => {
      for (const end of ['', '"}}}\n']) {
        const { readings, cpuMs } = readBoth(fill(opening, repeated, BYTES) + end, 1)
        expect(cpuMs).toBeLessThan(CPU_MS_MAX)
        expect(readings.every(isSound)).toBe(true)
      }
    },
  )

  test('an answer with endless headers is quick', ({ expect }) => {
    const headers = Array.from({ length: BYTES / 16 }, (_, index) => `"h${index}":"1"`).join()
    const { cpuMs } = readBoth(`${apiError}x","responseHeaders":{${headers}}}}}\n`, 1)
    expect(cpuMs).toBeLessThan(CPU_MS_MAX)
  })

  test('any repetition of what means something is quick and sound', { timeout: 120_000 }, ({ expect }) => {
    const signs = '- a 0 _ . : // @ = " \' \\ { } [ ]'.split(' ')
    const controls = ['\u001B', '\n', '\r', '\t', '\0', ' ', '😀', '\uD83D']
    const words = [
      'KEY',
      'TOKEN',
      'Bearer ',
      'sk-',
      'eyJ',
      'api key',
      'fetch failed',
      'Error:',
      'Falling back',
    ]
    const lines = [
      '! agent "',
      '! permission requested: ',
      apiError,
      reported,
      '"}}}',
      '{"type":',
      '{"marrow":',
    ]
    const pieces = [...signs, ...controls, ...words, ...lines]
    const some = fc
      .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(some, some, some, fc.integer({ min: 0, max: 255 }), (opening, repeated, end, exitCode) => {
        const { readings, cpuMs } = readBoth(fill(opening, repeated, 131_072) + end, exitCode)
        expect(cpuMs).toBeLessThan(CPU_MS_MAX / 2)
        expect(readings.every(isSound)).toBe(true)
      }),
      { numRuns: long ? 5_000 : 300 },
    )
  })

  test('any bytes is sound', ({ expect }) => {
    const bytes = fc.uint8Array({ maxLength: 4_096 }).map((all) => Buffer.from(all).toString())
    fc.assert(
      fc.property(bytes, bytes, fc.integer({ min: 0, max: 255 }), (stdout, stderr, exitCode) => {
        const readings = adapters.map((adapter) => adapter.read({ stdout, stderr, exitCode, endedAt: 0 }))
        expect(readings.every(isSound)).toBe(true)
      }),
    )
  })
})
