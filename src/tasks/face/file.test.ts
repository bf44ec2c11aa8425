import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { sampleTask } from '../../../test/helpers/sample-task.ts'
import type { Task } from '../task.ts'
import { TaskId } from '../task.ts'
import { keysNotTaken, textOfTask, writeTaskFile } from './file.ts'
import { readTaskFile } from './front-matter.ts'
import { conflictName, freeName, nameOfTask, reasonName, saysTask } from './names.ts'

const rounds = process.env['MARROW_TEST_LONG'] === '1' ? 20_000 : 300
const line = fc.oneof(
  fc.constantFrom(
    '---',
    '...',
    '# One',
    '## Two ##',
    '',
    '  ',
    '\t# x',
    '- [ ] y',
    '\uFEFF',
    '\r',
    '```',
    '\0',
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
)
const body = fc.tuple(fc.array(line), fc.constantFrom('\n', '\r\n')).map(([lines, end]) => lines.join(end))
const title = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('#', '##', 'C#', 'a # #', '/', '../..', '---', '\u{1F525}', '- a: b', 'x'.repeat(10_000)),
  )
  .filter((text) => textOfTask({ title: text, body: '' }).title !== '')
const word = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
  .filter((text) => text === text.trim())
const commands = fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => [...new Set(all)])

const task: fc.Arbitrary<Task> = fc
  .record({
    title,
    body,
    priority: fc.integer({ min: -1_000, max: 1_000 }),
    labels: commands,
    role: fc.option(word, { nil: undefined }),
    verification: fc.option(
      fc.record({ commands, deadlineMs: fc.integer({ min: 1_000, max: 86_400_000 }) }),
      {
        nil: undefined,
      },
    ),
    review: fc.boolean(),
    attemptsMax: fc.integer({ min: 1, max: 100 }),
    notBefore: fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: undefined }),
  })
  .map(sampleTask)

describe('the file of a task', () => {
  test('gives title, body and fields back, whatever is in them', ({ expect }) => {
    fc.assert(
      fc.property(task, (one) => {
        const dependsOn = ['t-bbbbbbbb', 't-cccccccc']
        const read = readTaskFile(writeTaskFile({ task: one, dependsOn }), 'a.md')
        const { priority, labels, role, verification, review, attemptsMax, notBefore } = one
        expect(read).toMatchObject({ id: one.id, mistakes: [], hints: [], text: textOfTask(one) })
        expect(read.draft).toEqual({
          priority,
          labels,
          role,
          verification,
          review,
          attemptsMax,
          notBefore,
          dependsOn,
        })
        expect(keysNotTaken(read.values, { task: one, dependsOn })).toEqual([])
      }),
      { numRuns: rounds },
    )
  })

  test('shows how it stands', ({ expect }) => {
    const holder = { by: { kind: 'operator' }, generation: 1, since: 0, lease: undefined } as const
    const claimed = sampleTask({
      body: 'Soon.',
      waitsFor: 2,
      state: { status: 'claimed', holder, check: { state: 'none' } },
    })
    expect(writeTaskFile({ task: claimed, dependsOn: [] })).toBe(
      '---\nid: t-aaaaaaaa\nstatus: claimed\nheld_by: "the operator"\nwaits_for: 2\npriority: 0\nattempts_max: 3\n---\n\n# Mend the build\n\nSoon.\n',
    )
  })

  test('tells of the keys that say something else than the board', ({ expect }) => {
    const { values } = readTaskFile(
      '---\nstatus: done\npriority: 5\nmood: good\nattempts_max: 3\n---\n',
      'a.md',
    )
    expect(keysNotTaken(values, { task: sampleTask(), dependsOn: [] })).toEqual(['priority', 'mood'])
  })
})

describe('the name of the file of a task', () => {
  test('is safe for every title, and other for the same title a second time', ({ expect }) => {
    fc.assert(
      fc.property(title, (text) => {
        const name = nameOfTask(sampleTask({ title: text }))
        expect(name).toMatch(/^\d{8}-\d{6}-[\p{L}\p{N}_-]+-aaaa\.md$/u)
        for (const one of [name, conflictName(name), reasonName(conflictName(name))])
          expect(Buffer.byteLength(one)).toBeLessThanOrEqual(255)
        expect(nameOfTask(sampleTask({ title: text, id: TaskId.parse('t-bbbbbbbb') }))).not.toBe(name)
      }),
      { numRuns: rounds },
    )
  })

  test.for([
    ['fix.md', true],
    ['FIX.MD', true],
    ['fix.txt', false],
    ['.fix.md', false],
    ['fix.md.tmp', false],
    ['fix.conflict.md', false],
    ['fix.conflict-2.md', false],
    ['fix.reason.md', false],
    ['_more.md', false],
  ] as const)('%s says a task: %s', ([name, expected], { expect }) => {
    expect(saysTask(name)).toBe(expected)
  })

  test('is numbered while it is taken, and leaves room for what notes add', ({ expect }) => {
    expect(freeName('a.md', (name) => ['a.md', 'a-2.md'].includes(name))).toBe('a-3.md')
    expect(Buffer.byteLength(conflictName(`${'\u{1F525}'.repeat(60)}.md`))).toBeLessThanOrEqual(255)
  })
})
