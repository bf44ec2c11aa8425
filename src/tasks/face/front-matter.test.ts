import { describe, test } from 'vitest'
import { readTaskFile, TASK_FILE_BYTES_MAX } from './front-matter.ts'

const mistakesOf = (text: string): string[] =>
  readTaskFile(text, 'a.md').mistakes.map(({ line, key, reason }) => `${line} ${key}: ${reason}`)

describe('a task file', () => {
  test('needs no front matter: its first heading is the title, and the rest is the body', ({ expect }) => {
    const read = readTaskFile('First\n\n## Mend it ##\n\n# Not a title\n---\nend\n', 'a.md')
    expect(read).toMatchObject({
      id: undefined,
      text: { title: 'Mend it', body: 'First\n\n\n\n# Not a title\n---\nend' },
      draft: { priority: undefined, labels: [], dependsOn: [], review: false },
      mistakes: [],
    })
  })

  test.for(['\n', '\r\n'])(
    'says everything in its front matter, with ends of lines of any kind: %j',
    (end, { expect }) => {
      const lines = [
        '\uFEFF---',
        'id: t-abcdefgh',
        'priority: -3',
        'labels: [ui, "two words"]',
        'role: l3/coder',
        'depends_on: [t-aaaaaaaa, t-aaaaaaaa]',
        'verify:',
        '  - npm test',
        '  - "! grep -r \\"TODO:\\" src"',
        'verify_deadline: 10m',
        'review: yes',
        'attempts_max: 5',
        'not_before: 2030-01-31T08:00:00Z',
        'mood: good',
        '---',
        '# Mend it',
        '',
        'Soon.',
        '',
      ]
      expect(readTaskFile(lines.join(end), 'a.md')).toMatchObject({
        id: 't-abcdefgh',
        text: { title: 'Mend it', body: 'Soon.' },
        draft: {
          priority: -3,
          labels: ['ui', 'two words'],
          role: 'l3/coder',
          dependsOn: ['t-aaaaaaaa'],
          verification: { commands: ['npm test', '! grep -r "TODO:" src'], deadlineMs: 600_000 },
          review: true,
          attemptsMax: 5,
          notBefore: Date.UTC(2030, 0, 31, 8),
        },
        mistakes: [],
        hints: [],
      })
    },
  )

  test('shows all its mistakes at once, each with line and key', ({ expect }) => {
    const lines = [
      '---',
      'priority: high',
      'labels: [1, ok]',
      'role: [x]',
      'depends_on: [me]',
      'verify_deadline: soon',
      'review: maybe',
      'attempts_max: 0',
      'not_before: tomorrow',
      '---',
      `# ${'x'.repeat(10_001)}`,
    ]
    expect(mistakesOf(lines.join('\n'))).toEqual([
      '2 priority: must be a whole number from -1000 to 1000.',
      '3 labels[0]: must be text of one line.',
      '4 role: must be text.',
      '5 depends_on: must hold ids of tasks.',
      '6 verify_deadline: must be a duration from 1s to 24h.',
      '6 verify_deadline: stands without verify.',
      '7 review: must be true or false.',
      '8 attempts_max: must be a whole number from 1 to 100.',
      '9 not_before: is no time.',
      '1 : has a title of more than 10000 characters.',
    ])
  })

  test.for([
    ['1 : the front matter that begins here has no end.', '---\npriority: 1\n# Title\n'],
    ['3 : the front matter does not begin in line 1.', '\n\n---\npriority: 1\n---\n# Title\n'],
    ['1 : the front matter has more than 16384 characters.', `---\na: ${'x'.repeat(17_000)}\n---\n`],
    ['1 : has more than 256 KiB.', 'x'.repeat(TASK_FILE_BYTES_MAX + 1)],
    ['2 : there are more than 20 aliases.', `---\nlabels: [&a x, ${'*a, '.repeat(21)}]\n---\n# T`],
  ] as const)('is not read when %s', ([mistake, text], { expect }) => {
    expect(mistakesOf(text)).toEqual([mistake])
    expect(readTaskFile(text, 'a.md').draft).toBeUndefined()
  })

  test('says what a field was meant to be that is nearly one', ({ expect }) => {
    const { draft, hints } = readTaskFile('---\nprioritty: 3\nauthor: me\n---\n# T\n', 'a.md')
    expect(draft).toBeDefined()
    expect(hints).toMatchObject([{ line: 2, key: 'prioritty', fix: 'Did you mean priority?' }])
  })

  test('is read in no time, however it is made', { timeout: 2_000 }, ({ expect }) => {
    const hostile = [`# a${' '.repeat(200_000)}b`, `# a${' #'.repeat(100_000)}`, ' \n'.repeat(100_000)]
    for (const text of hostile) expect(readTaskFile(text, 'a.md').text).toBeDefined()
  })
})
