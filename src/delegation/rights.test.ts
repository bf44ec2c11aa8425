import { describe, test } from 'vitest'
import { catalogueWith, customRole, linkedRole } from '../../test/helpers/roles.ts'
import { protocol } from '../ipc/protocol/table.ts'
import { agentRights, may, rightsOf, tokenFor, type Token } from './rights.ts'

const lead: Token = { role: 'l2/review', level: 2, depth: 1, mayDelegate: ['l3/coder'] }
const anyRun = ['health', 'me', 'mcp', 'sendHandoff', 'handoffs', 'showHandoff']
const children = ['delegation', 'delegations']

describe('what a run may ask', () => {
  test.for<[string, Partial<Token>, readonly string[]]>([
    ['that may call somebody is everything', {}, [...anyRun, 'delegate', ...children]],
    ['that may call nobody leaves the call out', { mayDelegate: [] }, [...anyRun, ...children]],
    ['of an L3 has nothing to do with children', { level: 3 }, anyRun],
    ['at the last hop has nothing to do with children', { depth: 2 }, anyRun],
    ['without a role has nothing to do with children', { role: undefined }, anyRun],
    ['without a level goes by whom it may call', { level: undefined }, [...anyRun, 'delegate', ...children]],
  ])('%s', ([, changes, verbs], { expect }) => {
    expect(rightsOf({ ...lead, ...changes }).toSorted()).toEqual([...verbs].toSorted())
  })

  test('is nothing that only the operator may, and nothing that nobody knows', ({ expect }) => {
    const refused = ['wake', 'runOnce', 'pause', 'resume', 'stop', 'status', 'toString', '__proto__', '']
    expect(refused.filter((verb) => may(lead, verb))).toEqual([])
  })
})

test('the table says of every verb of the protocol what the protocol says', ({ expect }) => {
  const rights = new Map(Object.entries(agentRights))
  const doors = Object.entries(protocol).map(([verb, { who }]) => [verb, who])
  const inTable = doors.map(([verb = '']) => [verb, rights.get(verb)?.who ?? 'operator'])
  expect(inTable).toEqual(doors)
})

test.for([
  [
    ['l1/lead'],
    { role: 'l1/lead', level: 1, depth: 0, mayDelegate: ['l2/review', 'l3/coder', 'custom-fast'] },
  ],
  [
    ['l1/lead', 'l2/review'],
    { role: 'l2/review', level: 2, depth: 1, mayDelegate: ['l3/coder', 'custom-fast'] },
  ],
  [['l3/coder'], { role: 'l3/coder', level: 3, depth: 2, mayDelegate: [] }],
  [['custom-fast'], { role: 'custom-fast', level: 3, depth: 2, mayDelegate: [] }],
  [['gone'], { role: 'gone', level: undefined, depth: 0, mayDelegate: [] }],
  [[], { role: undefined, level: undefined, depth: 0, mayDelegate: [] }],
] as const)('the token of a run at %j says where it stands', ([chain, token], { expect }) => {
  const catalogue = catalogueWith(
    linkedRole('l1/lead', { delegates: ['l2/review', 'l3/coder'] }),
    linkedRole('l2/review', { delegates: ['l3/coder'] }),
    linkedRole('l3/coder'),
    customRole('custom-fast', 'l3/coder', { level: 1, delegates: ['l3/coder'] }),
  )
  const role = chain.at(-1)
  const place = role === undefined ? undefined : { role, ancestors: chain.slice(0, -1) }
  expect(tokenFor(catalogue, place, 2)).toEqual(token)
})

test('a depth that is configured downward leaves nobody to call below it', ({ expect }) => {
  const catalogue = catalogueWith(linkedRole('l1/lead', { delegates: ['l3/coder'] }), linkedRole('l3/coder'))
  const called = [2, 1, 0].map((depthMax) =>
    tokenFor(catalogue, { role: 'l1/lead', ancestors: [] }, depthMax),
  )
  expect(called.map(({ mayDelegate }) => mayDelegate.length)).toEqual([1, 1, 0])
})
