import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { parseChecklist } from './checklist.ts'

const titles = (text: string) => parseChecklist(text).tasks.map(({ title }) => title)
const waits = (text: string) =>
  Object.fromEntries(
    parseChecklist(text).tasks.map(({ title, waitsFor }, _, all) => [
      title,
      waitsFor.map((place) => titles(text)[place] ?? String(all.length)),
    ]),
  )

describe('a checklist', () => {
  test('is one task for each open box, with the text below it', ({ expect }) => {
    const text = `# Release
Some words about it.

- [ ] Write the notes
  What is new, and **why**.

  \`\`\`md
  - [ ] not a task
  \`\`\`
* [x] Choose the day
+ [ ] \u{1F680} Ship it
- no box
`
    expect(parseChecklist(text)).toEqual({
      problems: [],
      tasks: [
        {
          title: 'Write the notes',
          body: 'What is new, and **why**.\n\n```md\n- [ ] not a task\n```',
          waitsFor: [],
          line: 4,
        },
        { title: '\u{1F680} Ship it', body: '- no box', waitsFor: [], line: 11 },
      ],
    })
  })

  test('has each task wait for what is indented below it, and in a numbered list for the one before', ({
    expect,
  }) => {
    const text = `1. [ ] One
2. [ ] Two
   - [ ] Two a
       - [ ] Two a deep
   - [ ] Two b
3. [x] Done
4. [ ] Three
- [ ] Four`
    expect(waits(text)).toEqual({
      One: [],
      Two: ['Two a', 'Two b', 'One'],
      'Two a': ['Two a deep'],
      'Two a deep': [],
      'Two b': [],
      Three: ['Two'],
      Four: [],
    })
    expect(waits('- [ ] A\n      - [ ] B\n        - [ ] C\n  - [ ] D')).toEqual({
      A: ['B', 'D'],
      B: ['C'],
      C: [],
      D: [],
    })
    expect(waits('1. [ ] A\n   1. [ ] B\n2. [ ] C\n   1. [ ] D')).toEqual({
      A: ['B'],
      B: [],
      C: ['D', 'A'],
      D: [],
    })
  })

  test.for([
    ['1: there is no box in it. Write one task per line, as: - [ ] Title', 'words'],
    ['1: every box in it is done', '- [x] a'],
    ['2: the box is [?], and may be [ ] or [x]', '- [ ] a\n- [?] b'],
    ['1: the box has no title behind it', '- [ ]'],
    ['1: it has 1001 open boxes, and may have 1000', '- [ ] a\n'.repeat(1_001)],
  ] as const)('with a mistake says it: %s', ([problem, text], { expect }) => {
    expect(parseChecklist(text).problems).toEqual([problem])
  })

  test('may be very long', ({ expect }) => {
    const long = `- [ ] a\n${'  text\n'.repeat(200_000)}${'  - [x] b\n'.repeat(200_000)}`
    expect(titles(long)).toEqual(['a'])
    expect(parseChecklist('- [ ] a\n'.repeat(200_000)).tasks).toEqual([])
  })

  test('tells every mistake at once', ({ expect }) => {
    expect(parseChecklist('- [?] a\n- [ ]\n').problems).toHaveLength(2)
  })
})

test('whatever stands in it, its tasks wait for each other in no circle', ({ expect }) => {
  const line = fc.tuple(
    fc.nat(4),
    fc.constantFrom('-', '1.', '2)'),
    fc.constantFrom(' ', 'x', ''),
    fc.string({ maxLength: 5 }),
  )
  const texts = fc
    .array(line)
    .map((lines) =>
      lines
        .map(([indent, mark, state, title]) => `${'  '.repeat(indent)}${mark} [${state}] ${title}`)
        .join('\n'),
    )
  fc.assert(
    fc.property(fc.oneof(texts, fc.string()), (text) => {
      const { tasks } = parseChecklist(text)
      const edges = tasks.map(({ waitsFor }) => waitsFor.map(String))
      for (const place of tasks.keys()) expect(reaches(edges, String(place), String(place))).toBe(false)
    }),
  )
})

function reaches(
  edges: readonly (readonly string[])[],
  from: string,
  to: string,
  seen = new Set<string>(),
): boolean {
  return (edges[Number(from)] ?? []).some((next) => {
    if (next === to) return true
    if (seen.has(next)) return false
    seen.add(next)
    return reaches(edges, next, to, seen)
  })
}
