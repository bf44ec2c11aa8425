import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { isTaskFile, taskContent, taskFile, taskTitle } from './queue.ts'

const at = Date.UTC(2026, 10, 20, 10, 15, 3)

describe('the name of a task file', () => {
  test.for([
    ['Fix the build', '20261120-101503-Fix-the-build.md'],
    ['  a/b: c_d-e!  ', '20261120-101503-ab-c_d-e.md'],
    ['../../etc/passwd', '20261120-101503-etcpasswd.md'],
    ['Übung 漢字', '20261120-101503-Übung-漢字.md'],
    ['u\u0308ben', '20261120-101503-üben.md'],
    ['🔥🔥', '20261120-101503-task.md'],
    ['///', '20261120-101503-task.md'],
    ['two\nlines', '20261120-101503-two-lines.md'],
    ['x'.repeat(80), `20261120-101503-${'x'.repeat(50)}.md`],
  ] as const)('of %j is %j', ([title, file], { expect }) => {
    expect(taskFile(title, at)).toBe(file)
  })

  test('is numbered from the second of its name on', ({ expect }) => {
    expect(taskFile('x', at, 2)).toBe('20261120-101503-x-2.md')
  })

  test('is a plain visible file name for any title', ({ expect }) => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 1, max: 9_999 }),
        (title, copy) => {
          const file = taskFile(title, at, copy)
          expect(file).toMatch(/^\d{8}-\d{6}-[\p{L}\p{N}_-]+\.md$/u)
          expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255)
          expect(isTaskFile(file)).toBe(true)
        },
      ),
    )
  })
})

describe('the content of a task', () => {
  test('is a heading, a blank line and the body', ({ expect }) => {
    expect(taskContent(' Fix\nit ', 'now\n\n')).toBe('# Fix it\n\nnow\n')
    expect(taskContent('Fix it', '')).toBe('# Fix it\n')
  })

  test.for([
    ['# One\n\n# Two', 'One'],
    ['text first\n\n## Later ##\n', 'Later'],
    ['\r\n# Windows\r\n', 'Windows'],
    ['# C#', 'C#'],
    ['# C# #', 'C#'],
    ['#hashtag only', 'a.b'],
    ['', 'a.b'],
  ] as const)('%j has the title %j', ([content, title], { expect }) => {
    expect(taskTitle(content, 'a.b.md')).toBe(title)
  })

  test('gives its title back', ({ expect }) => {
    const word = fc.stringMatching(/^[A-Za-zäö0-9!?.#]+$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.string(), (words, body) => {
        expect(taskTitle(taskContent(words.join(' '), body), 'x.md')).toBe(words.join(' '))
      }),
    )
  })
})

test.for(['.hidden.md', 'a.md~', 'a.md.tmp', '.a.md.swp', 'a.part'])('%s is no task', (file, { expect }) => {
  expect(isTaskFile(file)).toBe(false)
})
