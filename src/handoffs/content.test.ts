import * as fc from 'fast-check'
import { test } from 'vitest'
import { taskTitle } from '../tasks/queue.ts'
import { FILE_BYTES_MAX, handoffContent, TEXT_CHARS_MAX, TITLE_CHARS_MAX, titleOfText } from './content.ts'

test.for([
  ['has its title as heading', 'Parser', 'Please review it.', '# Parser\n\nPlease review it.\n'],
  ['says a heading only once', 'Parser', '\n# Parser\n\nReview it.\n\n', '# Parser\n\nReview it.\n'],
  ['says a first line only once', 'Look!', 'Look!\r\nThere.', '# Look!\n\nThere.\n'],
  ['of one line is a heading', 'Look!', '  Look!', '# Look!\n'],
  ['keeps the indent of its text', 'List', '  - a\n  - b', '# List\n\n  - a\n  - b\n'],
  ['has a title of one line', 'a\n# b', 'c', '# a # b\n\nc\n'],
] as const)('a handoff %s', ([, title, text, content], { expect }) => {
  expect(handoffContent(title, text)).toBe(content)
})

test.for([
  ['\n\n## Which colour?\nRed or blue.', 'Which colour?'],
  ['Red or blue?\nSay.', 'Red or blue?'],
  ['\u001b[2Jred', 'red'],
  ['x'.repeat(100), `${'x'.repeat(79)}…`],
  [' \n', ''],
] as const)('without a title %j is called %j', ([text, title], { expect }) => {
  expect(titleOfText(text)).toBe(title)
})

test('whatever is said, the file holds it with a title that is found again, and is never too long', ({
  expect,
}) => {
  const title = fc.string({ unit: 'binary', minLength: 1, maxLength: TITLE_CHARS_MAX })
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\u{1f600}'.repeat(TEXT_CHARS_MAX / 2)))
  fc.assert(
    fc.property(title, text, (named, said) => {
      const content = handoffContent(named, said)
      expect(content.split('\n')[0]).toMatch(/^# /)
      expect(Buffer.byteLength(content)).toBeLessThanOrEqual(FILE_BYTES_MAX)
      expect(content.endsWith('\n')).toBe(true)
    }),
    { numRuns: 50 },
  )
  expect(taskTitle(handoffContent('Which colour?', 'Say.'), 'a.md')).toBe('Which colour?')
})
