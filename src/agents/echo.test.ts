import { array, assert, property, stringMatching } from 'fast-check'
import { test } from 'vitest'
import { withoutEcho } from './echo.ts'

const prompt =
  '--- [Core Rules] ---\nBe kind to the zebra at gate seven.\n\n--- [Trigger] ---\nThe word is swordfish.'

test.for([
  ['exited with code 1: Be kind to the zebra at gate', 'exited with code 1: <prompt>'],
  ["error: unknown option '--- [Core Rules] --- Be kind to the zeb…", 'error: unknown option <prompt>'],
  ['no: "The word is swordfish." again', 'no: <prompt> again'],
  ['Be kind to the zebra, then: The word is swordfish', '<prompt> then: <prompt>'],
  ['cannot reach the zebra', 'cannot reach the zebra'],
  ['exited with code 1', 'exited with code 1'],
  ['', ''],
] as const)('%j becomes %j', ([detail, told], { expect }) => {
  expect(withoutEcho(detail, prompt)).toBe(told)
})

test('what is quoted in JSON is known too', ({ expect }) => {
  const sent = 'Be kind to the zebra.\nStraße und Brücke sind gesperrt.'
  const ascii = JSON.stringify(sent).replace(/[^ -~]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`)
  expect(withoutEcho(`400: {"content":${JSON.stringify(sent)}}`, sent)).toBe('400: {"content": <prompt>')
  expect(withoutEcho(`400: {"content":${ascii}}`, sent)).toBe('400: {"content": <prompt>')
})

test.for([
  ['错误:请在七号门善待斑马,不要告诉任何人', '规则。请在七号门善待斑马,不要告诉任何人。', '错误: <prompt>'],
  ['エラー: しまうまに親切にしてください', 'しまうまに親切にしてください。', 'エラー: <prompt>'],
  ['error: จงมีเมตตาต่อม้าลาย', 'จงมีเมตตาต่อม้าลาย', 'error: <prompt>'],
  ['错误:请在七号门', '请在七号门善待斑马', '错误:请在七号门'],
] as const)(
  'a script without spaces between words is told by its characters: %j',
  ([detail, sent, told], { expect }) => {
    expect(withoutEcho(detail, sent)).toBe(told)
  },
)

test.for(['the quick brown fox ', '请在七号门善待斑马', 'the ', '\\n\\u4f60 '])(
  'a prompt of millions of characters such as %j takes a moment',
  (part, { expect }) => {
    const before = process.cpuUsage()
    withoutEcho(
      'the quick brown fox the the the the 请在七号门善待斑马 and more',
      part.repeat(4_194_304 / part.length),
    )
    const { user, system } = process.cpuUsage(before)
    expect(user + system).toBeLessThan(1_500_000) // Microseconds; a third of it where nothing else is at work.
  },
)

test('no four words in a row of a prompt are left, wherever they stand', ({ expect }) => {
  const word = stringMatching(/^[a-z]{3,9}$/)
  const words = array(word, { minLength: 4, maxLength: 20 })
  assert(
    property(words, words, words, (sent, before, after) => {
      const told = withoutEcho([...before, ...sent, ...after].join(' '), sent.join(' '))
      expect(told).not.toContain(sent.slice(0, 4).join(' '))
    }),
  )
})
