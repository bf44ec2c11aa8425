/** What a run may ask, whatever the roles declare. */
import { assert, property } from 'fast-check'
import { test } from 'vitest'
import { ruleOnly, someRequest } from '../../test/helpers/delegation-requests.ts'
import { decide } from './decide.ts'
import { mayDelegate } from './lineage.ts'
import { may, rightsOf, tokenFor } from './rights.ts'

const rounds = { numRuns: process.env['MARROW_TEST_LONG'] === '1' ? 100_000 : 1_000 }

test('whom a run is told that it may call holds for every lineage, and whom it may call is always told', ({
  expect,
}) => {
  assert(
    property(someRequest, (request) => {
      const { catalogue, caller, depthMax: depth } = request
      if (caller.role === undefined) return
      const token = tokenFor(catalogue, { role: caller.role, ancestors: caller.ancestors }, depth)
      const rule = ruleOnly(request)
      const callable = [...catalogue.roles.keys()].filter((id) => rule(id) === undefined)
      expect([...new Set(token.mayDelegate)].toSorted()).toEqual(callable)
      const atAll = mayDelegate(catalogue, caller.role, token.depth)
      expect(callable.filter((id) => !atAll.includes(id))).toEqual([])
    }),
    rounds,
  )
})

test('a child may ask nothing that its caller may not', ({ expect }) => {
  assert(
    property(someRequest, (request) => {
      const { catalogue, caller, depthMax: depth } = request
      const decision = decide(request)
      if (decision.kind === 'refused' || caller.role === undefined) return
      const above = { role: caller.role, ancestors: caller.ancestors }
      const below = { role: decision.role, ancestors: [...caller.ancestors, caller.role] }
      const [parent, child] = [above, below].map((place) => tokenFor(catalogue, place, depth))
      if (parent === undefined || child === undefined) return
      expect(rightsOf(child).filter((verb) => !may(parent, verb))).toEqual([])
      expect(child.depth).toBe(decision.depth)
      expect(child.depth).toBeGreaterThan(parent.depth)
    }),
    rounds,
  )
})
