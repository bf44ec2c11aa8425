import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import type { AgentEvent } from '../adapter.ts'
import { readEvents } from './events.ts'
import { neutral } from './neutral.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)

function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../../test/fixtures/codex', `${name}.jsonl`), 'utf8')
}

describe('what codex said', () => {
  test('is told in order', ({ expect }) => {
    const usage = { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 }
    expect(neutral(readEvents(recorded('success')), endedAt)).toEqual<AgentEvent[]>([
      { kind: 'session', id: '01a1f000-0000-7000-8000-000000000000' },
      {
        kind: 'tool',
        name: 'command_execution',
        input: "/bin/bash -lc 'echo hello > made.txt'",
        failed: undefined,
        output: '',
        ended: true,
      },
      { kind: 'text', text: 'All is done.' },
      { kind: 'usage', usage, costUsd: undefined },
    ])
  })

  test('is told once where codex says it twice', ({ expect }) => {
    expect(neutral(readEvents(recorded('limited')), endedAt).map(({ kind }) => kind)).toEqual([
      'session',
      'limit',
      'error',
    ])
  })

  test.for<[string, object, object]>([
    [
      'a command that failed',
      {
        type: 'command_execution',
        command: 'ls',
        aggregated_output: 'a\nno b\n',
        exit_code: 2,
        status: 'failed',
      },
      { name: 'command_execution', input: 'ls', failed: 'exited with code 2: no b' },
    ],
    [
      'a command that worked',
      {
        type: 'command_execution',
        command: 'npm test',
        aggregated_output: '> test\n\n12 passed\n',
        exit_code: 0,
        status: 'completed',
      },
      { name: 'command_execution', input: 'npm test', failed: undefined, output: '> test 12 passed' },
    ],
    [
      'a command without an end',
      { type: 'command_execution', command: 'ls', exit_code: null, status: 'declined' },
      { name: 'command_execution', input: 'ls', failed: 'declined' },
    ],
    [
      'changed files',
      { type: 'file_change', changes: [{ path: 'a', kind: 'add' }, { path: 'b' }], status: 'completed' },
      { name: 'file_change', input: 'a b', failed: undefined },
    ],
    [
      'files that could not be changed',
      { type: 'file_change', changes: [{ path: 'a' }], status: 'failed' },
      { name: 'file_change', input: 'a', failed: 'failed' },
    ],
    [
      'a call of an MCP server',
      { type: 'mcp_tool_call', server: 'note', tool: 'save', arguments: { text: 'hi' }, error: null },
      { name: 'note.save', input: 'hi', failed: undefined },
    ],
    [
      'a call that failed',
      { type: 'mcp_tool_call', server: 'note', tool: 'save', error: { message: 'full' }, status: 'failed' },
      { name: 'note.save', input: '', failed: 'full' },
    ],
    [
      'a search',
      { type: 'web_search', query: 'weather' },
      { name: 'web_search', input: 'weather', failed: undefined },
    ],
  ])('holds %s', ([, item, expected], { expect }) => {
    const line = JSON.stringify({ type: 'item.completed', item })
    expect(neutral(readEvents(line), endedAt)).toEqual([
      { kind: 'tool', output: undefined, ended: true, ...expected },
    ])
  })

  test('holds a call that goes on, and once only when it has ended', ({ expect }) => {
    const item = { id: 'item_1', type: 'command_execution', command: 'npm test', status: 'in_progress' }
    const started = JSON.stringify({ type: 'item.started', item })
    const completed = JSON.stringify({ type: 'item.completed', item: { ...item, status: 'completed' } })
    const call = { kind: 'tool', name: 'command_execution', input: 'npm test', failed: undefined }
    expect(neutral(readEvents(started), endedAt)).toEqual([{ ...call, output: undefined, ended: false }])
    expect(neutral(readEvents(`${started}\n${completed}`), endedAt)).toEqual([
      { ...call, output: '', ended: true },
    ])
  })
})
