/** Random graphs of roles, right and wrong ones, for properties. */
import * as fc from 'fast-check'
import type { Catalogue } from '../../src/roles/catalogue.ts'
import type { LinkedRole } from '../../src/roles/role.ts'
import { catalogueWith, customRole, linkedRole } from './roles.ts'

const ids = ['a/one', 'a/two', 'b/three', 'b/four', 'c/five', 'c/six', 'd/one'] as const
const customIds = ['custom-seven', 'custom-eight'] as const
const id = fc.constantFrom(...ids)

/** An id or a name of a role that may be in such a graph, or of none. */
export const someReference = fc.constantFrom(...ids, ...customIds, 'one', 'four', 'nobody')

/** An id of a role that may be in such a graph. */
export const someRoleId = fc.constantFrom(...ids, ...customIds)

const usually = (value: boolean) => fc.oneof({ arbitrary: fc.constant(value), weight: 5 }, fc.boolean())

const facts = fc.record({
  level: fc.constantFrom(1, 1, 2, 2, 3, 3, undefined, undefined),
  leaf: usually(false),
  scheduled: fc.boolean(),
  callable: usually(true),
  maxDelegateDepth: fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, fc.nat(2)),
  delegates: fc.subarray([...ids, ...customIds], { minLength: 3 }),
  children: fc.oneof({ arbitrary: fc.constant([]), weight: 5 }, fc.subarray([...ids])),
})

/** Up to nine roles with any levels and any edges: upward, in circles, to themselves, to roles that there are not. */
export const roleGraphs: fc.Arbitrary<Catalogue> = fc
  .record({
    plain: fc.uniqueArray(fc.tuple(id, facts), { minLength: 3, selector: ([name]) => name }),
    custom: fc.uniqueArray(fc.tuple(fc.constantFrom(...customIds), fc.oneof(id, someReference), facts), {
      selector: ([name]) => name,
    }),
  })
  .map(({ plain, custom }) =>
    catalogueWith(
      ...plain.map(([name, changes]): LinkedRole => linkedRole(name, changes)),
      ...custom.map(([name, base, changes]) => customRole(name, base, changes)),
    ),
  )
