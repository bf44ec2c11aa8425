import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import type { Failure, RunOutput } from '../adapter.ts'
import { codex } from './codex.ts'

const endedAt = Date.UTC(2026, 10, 20, 12)

/** What the real codex 0.169.0 printed; made by test/integration/codex-adapter.test.ts. */
function recorded(name: string, exitCode: number): RunOutput {
  const read = (suffix: string) =>
    readFileSync(join(import.meta.dirname, '../../../test/fixtures/codex', `${name}${suffix}`), 'utf8')
  return { stdout: read('.jsonl'), stderr: read('.stderr'), exitCode, endedAt }
}

describe('codex.read of recorded runs', () => {
  test('takes result, usage and session from a run that succeeded', ({ expect }) => {
    expect(codex.read(recorded('success', 0))).toEqual({
      result: 'All is done.',
      usage: { inputTokens: 2_000, outputTokens: 80, cacheReadTokens: 200, cacheWriteTokens: 0 },
      costUsd: undefined,
      cliSession: '01a1f000-0000-7000-8000-000000000000',
      failure: undefined,
      stalled: undefined,
    })
  })

  test.for<[string, number, Failure | undefined]>([
    ['limited-once', 0, undefined],
    ['resumed', 0, undefined],
    ['hung', 143, undefined],
    ['stalled-limited', 143, undefined],
    [
      'unauthorized',
      1,
      {
        reason: 'authentication',
        detail: 'unexpected status 401 Unauthorized: scripted 401, url: http://127.0.0.1:8900/v1/responses',
      },
    ],
    ['no-key', 1, { reason: 'authentication', detail: 'Missing environment variable: `LOOP_API_KEY`.' }],
    [
      'limited',
      1,
      {
        reason: 'rate-limit',
        detail: 'exceeded retry limit, last status: 429 Too Many Requests',
        until: undefined,
      },
    ],
    [
      'overloaded',
      1,
      {
        reason: 'error',
        detail:
          'unexpected status 529 <unknown status code>: scripted 529, url: http://127.0.0.1:8900/v1/responses',
      },
    ],
    [
      'mcp-denied',
      0,
      {
        reason: 'permission-denied',
        detail: 'note.save: MCP tool call requires approval, but approval policy is never',
      },
    ],
    [
      'refused',
      0,
      {
        reason: 'permission-denied',
        detail:
          'approval policy is Never; reject command — you cannot ask for escalated permissions if the approval policy is Never',
      },
    ],
    [
      'sandboxed',
      0,
      {
        reason: 'permission-denied',
        detail: 'command_execution: exited with code 1: /bin/bash: line 1: denied.txt: Read-only file system',
      },
    ],
    [
      'no-repository',
      1,
      {
        reason: 'permission-denied',
        detail: 'Not inside a trusted directory and --skip-git-repo-check was not specified.',
      },
    ],
    [
      'invalid-config',
      1,
      {
        reason: 'exit-code',
        detail:
          'exited with code 1: Error loading config.toml: invalid type: unit variant, expected string only in `sandbox_mode`',
      },
    ],
    ['no-prompt', 1, { reason: 'exit-code', detail: 'exited with code 1: No prompt provided via stdin.' }],
  ])('finds the failure of "%s"', ([name, exitCode, failure], { expect }) => {
    expect(codex.read(recorded(name, exitCode)).failure).toEqual(failure)
  })

  test.for<[string, Failure['reason'] | undefined]>([
    ['stalled-limited', 'rate-limit'],
    ['stalled-silent', 'connection'],
    ['stalled-unreachable', 'connection'],
    ['limited-once', undefined],
    ['hung', undefined],
  ])('finds what "%s" could not get over', ([name, reason], { expect }) => {
    expect(codex.read(recorded(name, 143)).stalled?.reason).toBe(reason)
  })

  test('takes no whole line of a cut stream for more than it says', ({ expect }) => {
    const { stdout, ...rest } = recorded('success', 0)
    for (let end = 0; end <= stdout.length; end += 1) {
      const cut = stdout.slice(0, end)
      const { result, usage, failure } = codex.read({ ...rest, stdout: cut })
      expect(usage === undefined || end >= stdout.length - 1).toBe(true)
      expect(result === undefined || cut.includes('All is done."}}')).toBe(true)
      expect(failure?.reason).toBe(end < stdout.length - 1 && /(?:^|\n)$/.test(cut) ? 'no-result' : undefined)
    }
  })
})
