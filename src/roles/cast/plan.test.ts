/** What casting does to files that are there. */
import { assert, boolean, constantFrom, dictionary, oneof, property, string } from 'fast-check'
import { describe, test } from 'vitest'
import { markOf, markText } from './marker.ts'
import { planCast, type CastStep, type FoundFile } from './plan.ts'

const text = '---\ndescription: Looks\n---\n\nLook.\n'
const wanted = [{ path: 'a/scout.md', text, of: 'l1/scout' }]
const former = new Map([
  ['a/scout.md', 'l1/scout'],
  ['a/l1/scout.md', 'l1/scout'],
])

function planFor(found: readonly FoundFile[], adopt = false): CastStep[] {
  return planCast({ wanted, found, former, adopt })
}

describe('the mark of a cast file', () => {
  test('is a comment of its front matter that names its role', ({ expect }) => {
    expect(markText(text, 'l1/scout')).toMatch(
      /^---\n# Cast by marrow from l1\/scout; sha256 [0-9a-f]{64}\.\ndescription: Looks\n---\n/,
    )
    expect(markText('name = "scout"\n', 'l1/scout')).toMatch(/^# Cast by marrow from l1\/scout; /)
  })

  test.for<[string, string, ReturnType<typeof markOf>]>([
    ['as it was cast', markText(text, 'l1/scout'), { kind: 'marked', of: 'l1/scout', edited: false }],
    [
      'with another word',
      markText(text, 'a').replace('Look.', 'Hack.'),
      { kind: 'marked', of: 'a', edited: true },
    ],
    [
      'with other line ends',
      markText(text, 'a').replaceAll('\n', '\r\n'),
      { kind: 'marked', of: 'a', edited: true },
    ],
    ['without the opening', markText(text, 'a').slice(4), { kind: 'marked', of: 'a', edited: true }],
    ['without the line', text, { kind: 'unmarked' }],
    ['with the line further down', text + markText('', 'a'), { kind: 'unmarked' }],
    ['with a digest of another length', '# Cast by marrow from a; sha256 00.\n', { kind: 'unmarked' }],
  ])('knows a text %s', ([, marked, mark], { expect }) => {
    expect(markOf(marked)).toEqual(mark)
  })
})

describe('planCast()', () => {
  const marked = markText(text, 'l1/scout')
  const older = markText('---\ndescription: Old\n---\n', 'l1/scout')

  test.for<[string, FoundFile[], object]>([
    ['writes what is missing', [], { kind: 'write', text: marked }],
    ['keeps what is equal', [{ path: 'a/scout.md', text: marked }], { kind: 'keep' }],
    [
      'replaces an older one of its own',
      [{ path: 'a/scout.md', text: older }],
      { kind: 'write', text: marked },
    ],
    [
      'puts back what was edited, and keeps that text',
      [{ path: 'a/scout.md', text: `${marked}More.` }],
      { kind: 'restore', text: marked, aside: `${marked}More.` },
    ],
    ['leaves a file without a mark', [{ path: 'a/scout.md', text }], { kind: 'foreign', inTheWay: true }],
    [
      'leaves what is no file',
      [{ path: 'a/scout.md', text: undefined }],
      { kind: 'foreign', inTheWay: true },
    ],
  ])('%s', ([, found, step], { expect }) => {
    expect(planFor(found)).toEqual([{ path: 'a/scout.md', of: 'l1/scout', ...step }])
  })

  test.for<[string, FoundFile, object[]]>([
    [
      'removes its own that nobody wants',
      { path: 'a/gone.md', text: markText('x', 'gone') },
      [{ kind: 'remove', of: 'gone', aside: undefined }],
    ],
    [
      'keeps the text of one that was edited',
      { path: 'a/gone.md', text: `${markText('x', 'gone')}y` },
      [{ kind: 'remove', of: 'gone', aside: `${markText('x', 'gone')}y` }],
    ],
    ['says nothing of other people\u2019s agents', { path: 'a/mine.md', text }, []],
    [
      'tells of one that an earlier casting left',
      { path: 'a/l1/scout.md', text },
      [{ kind: 'foreign', of: 'l1/scout', inTheWay: false }],
    ],
    ['says nothing of what is no file', { path: 'a/mine.md', text: undefined }, []],
  ])('%s', ([, file, steps], { expect }) => {
    const left = planFor([file]).filter(({ path }) => path === file.path)
    expect(left).toEqual(steps.map((step) => ({ path: file.path, ...step })))
  })

  test('takes over what an earlier casting left only when told to', ({ expect }) => {
    const found = [
      { path: 'a/scout.md', text: 'old' },
      { path: 'a/l1/scout.md', text: 'older' },
      { path: 'a/mine.md', text: 'mine' },
    ]
    expect(planFor(found, true)).toEqual([
      { kind: 'adopt', path: 'a/l1/scout.md', of: 'l1/scout', text: undefined, aside: 'older' },
      { kind: 'adopt', path: 'a/scout.md', of: 'l1/scout', text: marked, aside: 'old' },
    ])
    expect(planFor([{ path: 'a/scout.md', text: undefined }], true)).toMatchObject([{ kind: 'foreign' }])
  })

  test('leaves nothing to do once it was carried out, and touches no unmarked file', ({ expect }) => {
    const contents = oneof(
      constantFrom(marked, older, `${marked}More.`, text, undefined),
      string({ maxLength: 8 }),
    )
    const worlds = dictionary(constantFrom('a/scout.md', 'a/l1/scout.md', 'a/gone.md', 'a/mine.md'), contents)
    assert(
      property(worlds, boolean(), (world, adopt) => {
        const found = Object.entries(world).map(([path, one]) => ({ path, text: one }))
        const after = new Map(Object.entries(world))
        for (const step of planFor(found, adopt)) {
          const unmarked = after.has(step.path) && markOf(after.get(step.path) ?? '').kind === 'unmarked'
          if (unmarked && !adopt) expect(step.kind).toBe('foreign')
          if ('text' in step && step.text !== undefined) after.set(step.path, step.text)
          else if (step.kind === 'remove' || step.kind === 'adopt') after.delete(step.path)
        }
        const again = planFor(
          Array.from(after, ([path, one]) => ({ path, text: one })),
          adopt,
        )
        expect(again.filter(({ kind }) => kind !== 'keep' && kind !== 'foreign')).toEqual([])
      }),
    )
  })
})
