import { array, assert, property, string, stringMatching } from 'fast-check'
import { quote } from 'shlex'
import { test } from 'vitest'
import { bashAnswer, readBashLine } from './bash-line.ts'

const BREAKS = ' \t\n"\'@><=;|&(:'

test.for([
  ['marrow wa', { words: ['marrow'], current: 'wa', kept: 0, quote: '' }],
  ['marrow wake ', { words: ['marrow', 'wake'], current: '', kept: 0, quote: '' }],
  ['marrow wake night\\ w', { words: ['marrow', 'wake'], current: 'night w', kept: 0, quote: '' }],
  ['marrow wake "night w', { words: ['marrow', 'wake'], current: 'night w', kept: 0, quote: '"' }],
  ["marrow wake ni'ght w", { words: ['marrow', 'wake'], current: 'night w', kept: 2, quote: "'" }],
  ['marrow events --kind=ru', { words: ['marrow', 'events'], current: '--kind=ru', kept: 7, quote: '' }],
  ['marrow wake "" a', { words: ['marrow', 'wake', ''], current: 'a', kept: 0, quote: '' }],
] as const)('%s is read as bash reads it', ([line, read], { expect }) => {
  expect(readBashLine(line, BREAKS)).toEqual(read)
})

test.for([
  ['marrow wake n', 'night watch', 'night\\ watch'],
  ['marrow wake "n', 'night watch', 'night watch'],
  ['marrow wake "n', 'n"$x', 'n\\"\\$x'],
  ["marrow wake 'n", 'night watch', 'night watch'],
  ['marrow runs --agent=n', '--agent=night watch', 'night\\ watch'],
  ['marrow wake ni"ght', 'night watch', 'ght watch'],
] as const)('behind %s, %s is answered as %s', ([line, value, answer], { expect }) => {
  expect(bashAnswer(value, readBashLine(line, BREAKS))).toBe(answer)
})

test('finished words are read whatever is in them, and a bare answer reads as its value', ({ expect }) => {
  const word = string({ unit: 'binary' }).filter((text) => !text.includes('\0'))
  assert(
    property(array(word), (words) => {
      const line = words.map((one) => `${quote(one)} `).join('')
      expect(readBashLine(line, BREAKS).words).toEqual(words)
    }),
  )
  const name = stringMatching(/^[\w .$"'\\-]{1,20}$/)
  assert(
    property(name, (value) => {
      const answer = bashAnswer(value, readBashLine('marrow wake ', BREAKS))
      expect(readBashLine(`marrow wake ${answer} `, BREAKS).words).toEqual(['marrow', 'wake', value])
    }),
  )
})
