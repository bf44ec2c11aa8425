import { test } from 'vitest'
import { plain, plainLines, plainStart } from './plain.ts'

test.for([
  ['a colour', '\u001b[31mred\u001b[0m', 'red'],
  ['a cleared screen', 'a\u001b[2Jb', 'ab'],
  ['a lone escape and a bell', 'a\u001bb\u0007c', 'abc'],
  ['an 8-bit control', 'a\u009b2Jb', 'a2Jb'],
  ['a turned reading direction', 'a\u202eb', 'ab'],
  ['lines and tabs', ' a\n\tb\r\nc ', 'a b c'],
  ['words of any script', 'é 界 🙂', 'é 界 🙂'],
])('%s becomes one harmless line', ([, text = '', wanted], { expect }) => {
  expect(plain(text)).toBe(wanted)
})

test('text of several lines keeps them', ({ expect }) => {
  expect(plainLines('a\n\tb\u001b[1m\r\n')).toBe('a\n\tb\n')
})

test.for([
  ['short', 5, 'short'],
  ['too long', 5, 'too…'],
  ['\u001b[31mred\u001b[0m and more', 4, 'red…'],
  ['🙂🙂🙂🙂', 3, '🙂🙂…'],
] as const)('of %j at most %i characters stay: %s', ([text, most, wanted], { expect }) => {
  expect(plainStart(text, most)).toBe(wanted)
})
