import * as fc from 'fast-check'
import { test } from 'vitest'
import type { CommandResult } from '../platform/command.ts'
import {
  BLOCK_BYTES_MAX,
  chooseProviders,
  contextLayer,
  isVolatileScript,
  KEPT_BYTES_MAX,
  PROVIDERS_MAX,
  type FoundFile,
} from './providers.ts'

const provider = {
  name: 'facts',
  path: '/w/context.d/facts.sh',
  shipped: false,
  volatile: false,
  refused: undefined,
}

function found(path: string, overrides: Partial<FoundFile> = {}): FoundFile {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const shipped = path.startsWith('/core')
  return { file, path, shipped, kind: 'file', executable: true, root: undefined, ...overrides }
}

function printed(stdout: string) {
  return { stdout, stderr: '', truncated: false, durationMs: 1 }
}

function exited(stdout: string, exitCode = 0): CommandResult {
  return { kind: 'exited', exitCode, ...printed(stdout) }
}

test('chooseProviders() runs executable files in name order, wherever they lie', ({ expect }) => {
  const { chosen, skipped } = chooseProviders(
    [found('/core/queue.sh'), found('/w/zeta'), found('/w/B.sh'), found('/x/alpha.sh')],
    [],
  )
  expect(chosen.map(({ file }) => file)).toEqual(['B.sh', 'alpha.sh', 'queue.sh', 'zeta'])
  expect(skipped).toEqual([])
})

test('chooseProviders() says what it leaves out, and why', ({ expect }) => {
  const readme = found('/w/README.md', { executable: false })
  const folder = found('/w/lib', { kind: 'other' })
  expect(chooseProviders([readme, folder], [])).toEqual({
    chosen: [],
    skipped: [
      { path: '/w/README.md', reason: 'not executable' },
      { path: '/w/lib', reason: 'not a regular file' },
    ],
  })
})

test.for([
  { given: ['/core/queue.sh', '/w/queue.sh'], replace: [], runs: ['/core/queue.sh'] },
  { given: ['/core/queue.sh', '/w/queue.py'], replace: [], runs: ['/core/queue.sh'] },
  { given: ['/core/queue.sh', '/w/queue.sh'], replace: ['queue.sh'], runs: ['/w/queue.sh'] },
  { given: ['/core/queue.sh', '/w/queue.py'], replace: ['queue'], runs: ['/w/queue.py'] },
  { given: ['/core/queue.sh', '/w/queue.sh'], replace: ['explore.sh'], runs: ['/core/queue.sh'] },
  { given: ['/core/queue.sh'], replace: ['queue.sh'], runs: ['/core/queue.sh'] },
  { given: ['/v/own.sh', '/w/own.sh'], replace: [], runs: ['/v/own.sh', '/w/own.sh'] },
])(
  'chooseProviders() runs, of $given with $replace listed, $runs',
  ({ given, replace, runs }, { expect }) => {
    const { chosen, skipped } = chooseProviders(
      given.map((path) => found(path)),
      replace,
    )
    expect(chosen.map(({ path }) => path)).toEqual(runs)
    expect(skipped).toHaveLength(given.length - runs.length)
  },
)

test('chooseProviders() lets a file that cannot run replace nothing, even if it is listed', ({ expect }) => {
  const { chosen } = chooseProviders(
    [found('/core/queue.sh'), found('/w/queue.sh', { executable: false })],
    ['queue'],
  )
  expect(chosen.map(({ path }) => path)).toEqual(['/core/queue.sh'])
})

test('chooseProviders() runs no more than its maximum', ({ expect }) => {
  const files = Array.from({ length: PROVIDERS_MAX + 2 }, (_, index) => found(`/w/${100 + index}.sh`))
  const { chosen, skipped } = chooseProviders(files, [])
  expect([chosen.length, skipped.length]).toEqual([PROVIDERS_MAX, 2])
})

test('chooseProviders() loses no file without a word', ({ expect }) => {
  const path = fc
    .tuple(fc.constantFrom('/core', '/w', '/x'), fc.constantFrom('a', 'a.sh', 'b.py'))
    .map((p) => p.join('/'))
  const file = fc
    .record({ path, executable: fc.boolean(), kind: fc.constantFrom('file' as const, 'other' as const) })
    .map((each) => found(each.path, each))
  fc.assert(
    fc.property(
      fc.uniqueArray(file, { selector: (each) => each.path }),
      fc.subarray(['a', 'b.py']),
      (files, replace) => {
        const { chosen, skipped } = chooseProviders(files, replace)
        const all = [...chosen, ...skipped].map((each) => each.path)
        expect(all.toSorted()).toEqual(files.map((each) => each.path).toSorted())
      },
    ),
  )
})

test.for([
  ['#!/bin/sh\n# marrow: volatile\n', true],
  ['#!/usr/bin/env node\n  // marrow:volatile because it shows the load\n', true],
  ['-- marrow: volatile', true],
  ['echo "# marrow: volatile"', false],
  ['# not marrow: volatile', false],
  ['# marrow: volatileish', false],
  ['', false],
] as const)('the script %j is volatile: %s', ([start, expected], { expect }) => {
  expect(isVolatileScript(start)).toBe(expected)
})

test('the block of a context provider is what it printed, stripped; silence makes none', ({ expect }) => {
  expect(contextLayer(provider, exited('\n two\n lines \n'))).toMatchObject({
    name: 'facts',
    source: provider.path,
    text: 'two\n lines',
    failed: undefined,
    volatile: false,
  })
  expect(contextLayer(provider, exited(' \n'))).toBeUndefined()
})

test.for<{ result: CommandResult; text: string; volatile: boolean }>([
  { result: exited('some\n', 3), text: '[context provider failed: exit 3]\nsome', volatile: false },
  { result: exited('', 137), text: '[context provider failed: exit 137]', volatile: false },
  {
    result: { kind: 'deadline', ...printed('half') },
    text: '[context provider failed: deadline]\nhalf',
    volatile: true,
  },
  {
    result: { kind: 'aborted', ...printed('') },
    text: '[context provider failed: stopped]',
    volatile: true,
  },
  {
    result: { kind: 'missing', detail: 'spawn\nENOEXEC' },
    text: '[context provider failed: not started: spawn ENOEXEC]',
    volatile: false,
  },
])('the block of a failing context provider says $text', ({ result, text, volatile }, { expect }) => {
  const layer = contextLayer(provider, result)
  expect(layer).toMatchObject({ text, volatile })
  expect(text).toContain(layer?.failed)
})

test('the block of a context provider that is too long ends in a visible mark', ({ expect }) => {
  const text = contextLayer(provider, exited('é'.repeat(BLOCK_BYTES_MAX)))?.text ?? ''
  expect(text).toMatch(/é\n\[cut: more than 65536 bytes\]$/)
  expect(text).not.toContain('\uFFFD')
})

test('the block of a context provider that just fits has no mark, trailing newlines aside', ({ expect }) => {
  expect(contextLayer(provider, exited(`${'x'.repeat(BLOCK_BYTES_MAX)}\n`))?.text).toBe(
    'x'.repeat(BLOCK_BYTES_MAX),
  )
})

test('the block of a context provider has a mark when white space hid that something was dropped', ({
  expect,
}) => {
  expect(contextLayer(provider, exited(`x${' '.repeat(KEPT_BYTES_MAX)}`))?.text).toMatch(/^x\n\[cut: /)
})

test('the block of a context provider never exceeds its maximum, holds no NUL and no half character', ({
  expect,
}) => {
  const piece = fc.constantFrom('x', 'é', '漢', '🔥', '\0', '\n')
  const results = fc.record({
    exitCode: fc.constantFrom(0, 1),
    start: fc.string({ unit: 'binary' }),
    piece,
  })
  fc.assert(
    fc.property(
      results,
      fc.integer({ min: 16_000, max: 66_000 }),
      ({ exitCode, start, piece: repeated }, times) => {
        const text = contextLayer(provider, exited(start + repeated.repeat(times), exitCode))?.text ?? ''
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BLOCK_BYTES_MAX)
        expect(text.includes('\0')).toBe(false)
        expect(text.isWellFormed()).toBe(true)
      },
    ),
  )
})
