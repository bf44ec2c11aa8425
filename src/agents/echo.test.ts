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
