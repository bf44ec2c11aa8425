import { describe, test } from 'vitest'
import { carriedDigest, decideCarrying, type Carrying, type Side, type Sides } from './decide.ts'

const refreshed = ['access']
const [old, fresh, other] = ['{"access":"a0","id":1}', '{"access":"a1","id":1}', '{"access":"a0","id":2}']
const there = (text: string, settled = true): Side => ({ state: 'there', text, settled })
const absent = (settled = true): Side => ({ state: 'absent', settled })
const broken: Side = { state: 'unreadable', reason: 'it is a link' }
const carried = (own: string | undefined, shared = own) => ({
  own: carriedDigest(own),
  shared: carriedDigest(shared),
})
const never = carried(undefined)
const WAIT: Carrying = { kind: 'wait', problem: undefined }

test.for<[string, Omit<Sides, 'refreshed'>, Carrying]>([
  ['there is no login', { own: absent(), shared: absent(), last: never }, { kind: 'nothing' }],
  [
    'a login is there for the first time',
    { own: there(old), shared: absent(), last: never },
    { kind: 'to runs', text: old },
  ],
  ['nothing has changed', { own: there(old), shared: there(old), last: carried(old) }, { kind: 'nothing' }],
  [
    'both stay as they were left, which is not the same',
    { own: there(old), shared: there(`${old} `), last: carried(old, `${old} `) },
    { kind: 'nothing' },
  ],
  [
    'both are the same, but nobody remembers',
    { own: there(old), shared: there(old), last: never },
    { kind: 'note' },
  ],
  [
    'the operator has a newer one',
    { own: there(fresh), shared: there(old), last: carried(old) },
    { kind: 'to runs', text: fresh },
  ],
  [
    'both have a newer one',
    { own: there(other), shared: there(fresh), last: carried(old) },
    { kind: 'to runs', text: other },
  ],
  [
    'a run has refreshed it',
    { own: there(old), shared: there(fresh), last: carried(old) },
    { kind: 'to the operator', text: fresh, shared: undefined },
  ],
  [
    'a run has refreshed it and done more',
    { own: there(old), shared: there('{"access":"a1","id":2}'), last: carried(old) },
    { kind: 'to the operator', text: fresh, shared: fresh },
  ],
  [
    'a run has changed something else',
    { own: there(old), shared: there(other), last: carried(old) },
    { kind: 'to runs', text: old },
  ],
  [
    'a run has written the same in other words',
    { own: there(old), shared: there(`${old}\n`), last: carried(old) },
    { kind: 'note' },
  ],
  ['a run is writing it', { own: there(old), shared: there('{"acc', false), last: carried(old) }, WAIT],
  [
    'a run has left half of it',
    { own: there(old), shared: there('{"acc'), last: carried(old) },
    { kind: 'to runs', text: old },
  ],
  ['a run has emptied it just now', { own: there(old), shared: there('', false), last: carried(old) }, WAIT],
  [
    'a run has removed it',
    { own: there(old), shared: absent(false), last: carried(old) },
    { kind: 'to runs', text: old },
  ],
  [
    'a run has put something else there',
    { own: there(old), shared: broken, last: carried(old) },
    { kind: 'to runs', text: old },
  ],
  [
    'the operator has logged out',
    { own: absent(), shared: there(old), last: carried(old) },
    { kind: 'to runs', text: undefined },
  ],
  [
    'the operator has logged out, and a run refreshed',
    { own: absent(), shared: there(fresh), last: carried(old) },
    { kind: 'to runs', text: undefined },
  ],
  [
    'the operator has logged out, and a run has put something else there',
    { own: absent(), shared: broken, last: carried(old) },
    { kind: 'to runs', text: undefined },
  ],
  [
    "the operator's CLI may be writing it anew",
    { own: absent(false), shared: there(old), last: carried(old) },
    WAIT,
  ],
  [
    'both are gone, and nobody remembers why',
    { own: absent(), shared: absent(), last: carried(old) },
    { kind: 'note' },
  ],
  [
    'a run has logged in by itself',
    { own: absent(), shared: there(old), last: never },
    { kind: 'to runs', text: undefined },
  ],
  [
    "the operator's CLI is writing",
    { own: there('{"acc', false), shared: there(old), last: carried(old) },
    WAIT,
  ],
  [
    'the operator has left half of it',
    { own: there('{"acc'), shared: there(old), last: carried(old) },
    { kind: 'to runs', text: '{"acc' },
  ],
  [
    "the operator's cannot be read",
    { own: { state: 'unreadable', reason: 'EACCES' }, shared: there(fresh), last: carried(old) },
    { kind: 'wait', problem: 'EACCES' },
  ],
])('%s', ([, sides, expected], { expect }) => {
  expect(decideCarrying({ ...sides, refreshed })).toEqual(expected)
})

describe('of a login that is not to be looked into', () => {
  test("the operator's gets to the runs, and never back", ({ expect }) => {
    expect(opaque('cipher-1', 'cipher-0', 'cipher-0')).toEqual({ kind: 'to runs', text: 'cipher-1' })
    expect(opaque('cipher-0', 'cipher-1', 'cipher-0')).toEqual({ kind: 'to runs', text: 'cipher-0' })
    expect(opaque('{"access":"a0"}', '{"access":"a1"}', '{"access":"a0"}')).toEqual({
      kind: 'to runs',
      text: '{"access":"a0"}',
    })
  })
})

function opaque(own: string, shared: string, last: string): Carrying {
  return decideCarrying({ own: there(own, false), shared: there(shared), last: carried(last), refreshed: [] })
}
