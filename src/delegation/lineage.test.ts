import { describe, test } from 'vitest'
import { catalogueWith, customRole, linkedRole } from '../../test/helpers/roles.ts'
import type { LinkedRole } from '../roles/role.ts'
import { decide } from './decide.ts'
import { mayDelegate, mayStart } from './lineage.ts'

const catalogue = catalogueWith(
  linkedRole('l1/lead', { delegates: ['l2/review', 'l3/coder', 'l1/lead', 'nobody'] }),
  linkedRole('l2/review', { delegates: ['l3/coder'], maxDelegateDepth: 1 }),
  linkedRole('l2/alone', { delegates: ['l3/coder'], maxDelegateDepth: 0 }),
  linkedRole('l3/coder', { delegates: ['l3/tester'] }),
  linkedRole('l3/tester', { callable: false }),
  customRole('custom-fast', 'l3/coder'),
)

describe('whom a role may call at all', () => {
  test.for([
    ['l1/lead', 0, ['l2/review', 'l3/coder', 'custom-fast']],
    ['l1/lead', 1, ['l2/review', 'l3/coder', 'custom-fast']],
    ['l1/lead', 2, []],
    ['l2/review', 1, ['l3/coder', 'custom-fast']],
    ['l2/alone', 0, []],
    ['l3/coder', 0, []],
    ['custom-fast', 0, []],
    ['gone', 0, []],
  ] as const)('%s at depth %i: %j', ([role, depth, callees], { expect }) => {
    expect(mayDelegate(catalogue, role, depth)).toEqual(callees)
  })
})

test.for([
  ['an L1', linkedRole('l1/lead'), true],
  ['a scheduled role without level', linkedRole('free', { scheduled: true }), true],
  ['a role without level that is not scheduled', linkedRole('free'), false],
  ['an L2, scheduled or not', linkedRole('l2/review', { scheduled: true }), false],
  ['a leaf', linkedRole('l3/coder', { scheduled: true }), false],
  [
    'a custom role, whatever it says',
    customRole('custom-a', 'l3/coder', { level: 1, scheduled: true }),
    false,
  ],
] as const)('a lineage begins with %s or not', ([, role, starts], { expect }) => {
  expect(mayStart(role)).toBe(starts)
})

/** Counts how often somebody begins to go through it. */
class WatchedRoles extends Map<string, LinkedRole> {
  looks = 0
  override values(): MapIterator<LinkedRole> {
    this.looks += 1
    return super.values()
  }
  override [Symbol.iterator](): MapIterator<[string, LinkedRole]> {
    this.looks += 1
    return super[Symbol.iterator]()
  }
  override entries(): MapIterator<[string, LinkedRole]> {
    return this[Symbol.iterator]()
  }
  override keys(): MapIterator<string> {
    this.looks += 1
    return super.keys()
  }
  override forEach(each: Parameters<Map<string, LinkedRole>['forEach']>[0]): void {
    this.looks += 1
    super.forEach(each)
  }
}

test('what goes through all roles is done once, however many decisions there are', ({ expect }) => {
  const roles = new WatchedRoles()
  for (const [id, role] of catalogue.roles) roles.set(id, role)
  const watched = { ...catalogue, roles }
  const ask = (callee: string) => {
    const fanOut = { ofRun: 0, ofAgent: 0, ofAll: 0, runMax: 1, agentMax: 1, allMax: 1 }
    const caller = { role: 'l1/lead', ancestors: [], leftMs: 60_000 }
    return decide({ catalogue: watched, caller, callee, depthMax: 2, fanOut, wantedMs: 1, limit: undefined })
      .kind
  }
  const all = ['coder', 'custom-fast', 'l1/lead', 'nobody', 'l2/alone']
  expect(all.map(ask)).toEqual(['allowed', 'allowed', 'refused', 'refused', 'refused'])
  const { looks } = roles
  all.forEach(ask)
  expect([looks, roles.looks]).toEqual([2, 2]) // Once for names, once for variants.
})
