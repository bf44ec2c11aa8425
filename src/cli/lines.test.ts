import { test } from 'vitest'
import { BODY_BYTES_MAX } from '../ipc/address.ts'
import { linesOf } from './lines.ts'

async function* partsOf(parts: readonly string[]) {
  yield* parts
}

const long = 'x'.repeat(BODY_BYTES_MAX)

test.for<[readonly string[], readonly (string | undefined)[]]>([
  [[], []],
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b\nc', '\n'],
    ['ab', 'c'],
  ],
  [
    ['a\n\n \n', 'last'],
    ['a', 'last'],
  ],
  [
    [`${long}\n`, 'a\n'],
    [long, 'a'],
  ],
  [
    [long, 'y', 'z', '\na\n'],
    [undefined, 'a'],
  ],
  [[`${long}y\na\n`], [undefined, 'a']],
  [[long, 'y'], [undefined]],
])('a text becomes its lines however it is cut', async ([parts, lines], { expect }) => {
  const found: (string | undefined)[] = []
  for await (const line of linesOf(partsOf(parts))) found.push(line)
  expect(found).toEqual(lines)
})
