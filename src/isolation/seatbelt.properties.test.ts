import { array, assert, constantFrom, property, record, string } from 'fast-check'
import { test } from 'vitest'
import { fakeDisk, file } from '../../test/helpers/fake-disk.ts'
import { readProfile } from '../../test/helpers/seatbelt-profile.ts'
import { policyOf, read, request, wish, wishes } from '../../test/helpers/seatbelt-request.ts'
import { ruleOf, rulesFor } from './policy.ts'
import { seatbeltProfile, seatbeltWords } from './seatbelt.ts'

const names = ['a', 'b', 'c'] as const
const paths = array(constantFrom(...names), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
const tree = fakeDisk(
  Object.fromEntries(
    names.flatMap((one) => names.flatMap((two) => names.map((three) => [`/${one}/${two}/${three}/f`, file]))),
  ),
)
const anyWishes = array(
  record({
    path: paths,
    access: constantFrom('hidden', 'read-only', 'read-write'),
    why: constantFrom('test'),
  }),
  { maxLength: 8 },
)

test('for any policy the profile lets through exactly what its rules do', () => {
  assert(
    property(anyWishes, paths, (some, path) => {
      const policy = { rules: rulesFor([wish('/', 'read-only'), ...some], tree), network: true, refused: [] }
      const { allows } = read({ policy, temporary: '/tmp-of-the-run', sockets: [] })
      const access = ruleOf(`${path}/x`, policy.rules)?.access
      return (
        allows('file-read-data', `${path}/x`) === (access !== 'hidden') &&
        allows('file-write-create', `${path}/x`) === (access === 'read-write') &&
        allows('file-link', `${path}/x`) === (access === 'read-write') &&
        allows('network-outbound', `${path}/x`, true) === (access === 'read-write')
      )
    }),
    { numRuns: 1_000 },
  )
})

test('no path can become a part of the profile', () => {
  const nasty = string({ unit: 'grapheme-ascii' }).map((text) => text.replaceAll(/\0/g, ''))
  const attacks = constantFrom(
    '")(allow default)("',
    "'\n(allow default)\n;",
    '\\")',
    '(param "P0")',
    '#"',
    ';',
    'a=b',
    '-D',
  )
  const parts = array(
    nasty.chain((text) => attacks.map((attack) => `${text}${attack}`.replaceAll('/', '_'))),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  const plain = seatbeltProfile(request({ policy: policyOf(wishes) })).text
  assert(
    property(parts, (pieces) => {
      const path = `/Users/ada/${pieces.join('/')}`
      const replaced = wishes.map((one) => ({ ...one, path: one.path.replace('/Users/ada/ws', path) }))
      const here = fakeDisk({
        [`${path}/src/fixed/x`]: file,
        '/opt/real/x': file,
        '/Users/ada/link': { link: '/opt/real' },
      })
      const policy = { rules: rulesFor(replaced, here), network: true, refused: [] }
      const { text, values } = seatbeltProfile(request({ policy, temporary: path, sockets: [`${path}/s`] }))
      const words = seatbeltWords(request({ policy, temporary: path }))
      return (
        !pieces.some((piece) => text.includes(piece) && !plain.includes(piece)) &&
        !readProfile(text, values).allows('file-write-data', '/usr/bin/git') &&
        [...values.values()].includes(path) &&
        words.slice(3, words.lastIndexOf('--')).every((word, index) => index % 2 === 1 || word === '-D')
      )
    }),
    { numRuns: 500 },
  )
})
