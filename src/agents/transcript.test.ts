import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { adapterFor } from './adapters.ts'
import type { Step } from './telling.ts'
import { createTranscript } from './transcript.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const clis = ['claude', 'codex', 'gemini', 'opencode'] as const
type Cli = (typeof clis)[number]

const fixtures = join(import.meta.dirname, '../../test/fixtures')

/** What the real CLI printed. */
function recorded(cli: Cli, name: string): string {
  return readFileSync(join(fixtures, cli, `${name}.jsonl`), 'utf8')
}

function namesOf(cli: Cli): string[] {
  return readdirSync(join(fixtures, cli)).flatMap((file) => /^(.+)\.jsonl$/.exec(file)?.[1] ?? [])
}

/** The steps of a stream that comes in these parts. */
function stepsOf(cli: Cli | 'generic', parts: Iterable<string>): Step[] {
  const transcript = createTranscript(adapterFor(cli))
  const steps = [...parts].flatMap((part) => transcript.push(part, NOW))
  return [...steps, ...transcript.end(NOW)]
}

/** A step in short, without its time. */
function brief(step: Step): string {
  switch (step.kind) {
    case 'call':
      return `> ${step.tool}: ${step.text}`
    case 'returned':
      return `< ${step.tool}: ${step.failed ?? step.text}`
    case 'usage':
      return `${step.usage.inputTokens} in ${step.usage.outputTokens} out ${step.costUsd ?? '-'}`
    case 'unreadable':
      return 'unreadable'
    case 'text':
    case 'result':
    case 'limit':
    case 'error':
      return `${step.kind}: ${step.text}`
  }
}

/** Of what is really in use. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') Reflect.apply(collect, undefined, [])
  return process.memoryUsage().heapUsed
}

/** A line of claude's stream with one block in it. */
function blockLine(type: string, content: object): string {
  return `${JSON.stringify({ type, message: { id: 'm', content: [content] } })}\n`
}

function call(id: string): string {
  return blockLine('assistant', { type: 'tool_use', id, name: 'Bash', input: { command: id } })
}

function end(id: string): string {
  return blockLine('user', { type: 'tool_result', tool_use_id: id, content: `${id} done` })
}

/** A line of gemini's stream with a piece of a text. */
function piece(content: string): string {
  return `${JSON.stringify({ type: 'message', role: 'assistant', content, delta: true })}\n`
}

/** A line of opencode's stream with this time. */
function stampedLine(timestamp: unknown): string {
  return `${JSON.stringify({ type: 'text', timestamp, part: { text: 'hi' } })}\n`
}

describe('the transcript of a recorded run', () => {
  test.for<[Cli, string, string[]]>([
    [
      'claude',
      'success',
      [
        '> Bash: echo hello > made.txt',
        '< Bash: (Bash completed with no output)',
        'text: All is done.',
        '2000 in 80 out 0.00964',
      ],
    ],
    [
      'claude',
      'limited',
      [
        'limit: the model answered with HTTP 429 (rate_limit), try 1 of 1',
        'error: API Error: Request rejected (429) · scripted 429',
        '0 in 0 out 0',
      ],
    ],
    [
      'codex',
      'success',
      [
        "> command_execution: /bin/bash -lc 'echo hello > made.txt'",
        '< command_execution: ',
        'text: All is done.',
        '2000 in 80 out -',
      ],
    ],
    [
      'codex',
      'mcp-denied',
      [
        '> note.save: hi',
        '< note.save: MCP tool call requires approval, but approval policy is never',
        'text: fine',
        '2000 in 100 out -',
      ],
    ],
    [
      'gemini',
      'success',
      [
        '> run_shell_command: echo hello > made.txt',
        '< run_shell_command: ',
        'text: All is done.',
        '2000 in 80 out -',
      ],
    ],
    [
      'opencode',
      'success',
      [
        '> bash: echo hello > made.txt',
        '< bash: (no output)',
        '1000 in 30 out 0.00351',
        'text: All is done.',
        '1000 in 50 out 0.00375',
      ],
    ],
  ])('of %s, %s, tells what it said and did', ([cli, name, expected], { expect }) => {
    expect(stepsOf(cli, [recorded(cli, name)]).map(brief)).toEqual(expected)
  })

  test.for(clis.flatMap((cli) => namesOf(cli).map((name) => [cli, name] as const)))(
    'of %s, %s, is the same wherever its parts are cut',
    ([cli, name], { expect }) => {
      const text = recorded(cli, name)
      const whole = stepsOf(cli, [text])
      expect(stepsOf(cli, text)).toEqual(whole) // A character at a time: cut everywhere.
      expect(whole.some(({ kind }) => kind === 'unreadable')).toBe(false)
    },
  )

  test.for(clis)('of %s that ends anywhere tells what came before', (cli, { expect }) => {
    const text = recorded(cli, 'success')
    const whole = stepsOf(cli, [text]).map(brief)
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const begun = length - 1 - text.lastIndexOf('\n', length - 1)
        fc.pre(begun !== 1) // One brace is not yet an event.
        const steps = stepsOf(cli, [text.slice(0, length)]).map(brief)
        const told = steps.filter((step) => step !== 'unreadable')
        expect(told).toEqual(whole.slice(0, told.length))
        const isCut = begun > 1 && text[length] !== '\n' && length < text.length
        expect(steps.length - told.length).toBe(isCut ? 1 : 0)
      }),
    )
  })

  test.for([...clis, 'generic'] as const)('of %s takes anything for its stream', (cli, { expect }) => {
    const parts = fc.constantFrom(
      '{"type":"',
      'assistant',
      'tool_use',
      '"}',
      '\n',
      '[{"',
      '}]',
      '\r',
      'a',
      '🦉',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string({ unit: 'binary' }))), (texts) => {
        expect(stepsOf(cli, texts)).toEqual(stepsOf(cli, [texts.join('')]))
      }),
    )
  })
})

test('a call and its end are two steps, and other words in between part them', ({ expect }) => {
  const transcript = createTranscript(adapterFor('claude'))
  expect(transcript.push(call('one'), NOW).map(brief)).toEqual(['> Bash: one'])
  expect(transcript.push(end('one'), NOW)).toMatchObject([{ kind: 'returned', follows: true }])
  transcript.push(call('two') + call('three'), NOW)
  expect(transcript.push(end('two'), NOW)).toMatchObject([{ text: 'two done', follows: false }])
  expect(transcript.push(end('four'), NOW)).toMatchObject([{ tool: undefined, follows: false }])
})

test('half a line is waited for, and at the end said to be unreadable', ({ expect }) => {
  const transcript = createTranscript(adapterFor('opencode'))
  const text = recorded('opencode', 'success')
  const half = text.indexOf('"tool_use"') + 20
  expect(transcript.push(text.slice(0, half), NOW)).toEqual([])
  expect(transcript.end(NOW).map(brief)).toEqual(['unreadable'])
})

test('what begins in the middle of a line begins with the next one', ({ expect }) => {
  const text = recorded('opencode', 'success')
  const transcript = createTranscript(adapterFor('opencode'), true)
  expect(transcript.push(text.slice(5), NOW).map(brief)[0]).toBe('> bash: echo hello > made.txt')
})

test('words of somebody else stand as they are, the last state of a progress bar alone', ({ expect }) => {
  expect(stepsOf('claude', ['npm warn old\n[1/3] ok\n1%\r50%\r100%\n']).map(brief)).toEqual([
    'text: npm warn old',
    'text: [1/3] ok',
    'text: 100%',
  ])
})

test('the pieces of a text are one, line by line', ({ expect }) => {
  const transcript = createTranscript(adapterFor('gemini'))
  expect(transcript.push(piece('I lo'), NOW)).toEqual([])
  expect(transcript.push(piece('ok.\nThen I'), NOW).map(brief)).toEqual(['text: I look.'])
  expect(transcript.end(NOW).map(brief)).toEqual(['text: Then I'])
})

test('a line without an end is held in bounded memory, and what follows it is read', ({ expect }) => {
  const transcript = createTranscript(adapterFor('codex'))
  const before = heapBytes()
  for (let count = 0; count < 64; count += 1) {
    const megabyte = 'x'.repeat(1_048_576 + count) // A new one each time, as when it is read.
    expect(transcript.push(megabyte, NOW)).toEqual([])
  }
  expect(heapBytes() - before).toBeLessThan(32 * 1_048_576)
  const next = JSON.stringify({ type: 'item.completed', item: { type: 'agent_message', text: 'Done.' } })
  expect(transcript.push(`\n${next}\n`, NOW).map(brief)).toEqual(['unreadable', 'text: Done.'])
})

test('the time of a step is the one that its stream tells, and never one that no date can hold', ({
  expect,
}) => {
  const [told, wrong] = stepsOf('opencode', [stampedLine(1_795_171_802_313), stampedLine(1e300)])
  expect([told?.at, wrong?.at]).toEqual([1_795_171_802_313, undefined])
})
