/** Random requests to hand work on, in random graphs of roles, for properties. */
import * as fc from 'fast-check'
import { decide, type DelegationRequest } from '../../src/delegation/decide.ts'
import { roleGraphs, someReference, someRoleId } from './role-graphs.ts'

/** A moment in which nothing but the roles speaks against a delegation. */
export const calm = {
  fanOut: { ofRun: 0, ofAgent: 0, ofAll: 0, runMax: 1, agentMax: 1, allMax: 1 },
  leftMs: 3_600_000,
  wantedMs: 60_000,
  limit: undefined,
}

const mostly = <One>(usual: One, other: fc.Arbitrary<One>) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 9 }, other)
const count = fc.nat(3)
const most = fc.integer({ min: 1, max: 4 })
const ms = fc.integer({ min: -1, max: 120_000 })
const moment = fc.record({
  fanOut: mostly(
    calm.fanOut,
    fc.record({ ofRun: count, ofAgent: count, ofAll: count, runMax: most, agentMax: most, allMax: most }),
  ),
  leftMs: mostly(calm.leftMs, ms),
  wantedMs: mostly(calm.wantedMs, fc.oneof(ms, fc.constant(Number.NaN))),
  limit: mostly<string | undefined>(undefined, fc.constant('limit, until midnight (5 of 5 runs a day)')),
})

/** How many hops are configured: mostly the usual two. */
export const depthMax = fc.constantFrom(0, 1, 2, 2, 2, 2, 2, 9)

/** Mostly of roles that there are, the caller below one that declares it, the callee one that it declares. */
export const someRequest: fc.Arbitrary<DelegationRequest> = fc
  .record({
    catalogue: roleGraphs,
    picks: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
    stray: fc.record({
      role: mostly<string | undefined>('', fc.option(someRoleId, { nil: undefined })),
      ancestors: fc.oneof(fc.constant('none'), fc.constant('caller'), fc.array(someRoleId, { maxLength: 3 })),
      callee: mostly('', someReference),
    }),
    depthMax,
    moment,
  })
  .map(({ catalogue, picks: [one, two, three], stray, moment: { leftMs, ...rest }, ...asked }) => {
    const roles = [...catalogue.roles.values()]
    const ids = roles.map(({ id }) => id)
    const role = stray.role === '' ? ids[one % ids.length] : stray.role
    const declaring = roles.filter(({ delegates }) => delegates.some((id) => id === role)).map(({ id }) => id)
    const above = declaring.slice(two % (declaring.length + 1)).slice(0, 1)
    const [ancestors, own] = [stray.ancestors, catalogue.roles.get(role ?? '')]
    const declared = own?.delegates ?? []
    return {
      catalogue,
      callee: stray.callee === '' ? (declared[three % (declared.length + 1)] ?? 'one') : stray.callee,
      caller: {
        role,
        ancestors: ancestors === 'none' ? [] : ancestors === 'caller' ? above : [...ancestors],
        leftMs,
      },
      ...asked,
      ...rest,
    }
  })

/** The rule about roles that speaks against each callee of a request, where nothing else does. */
export function ruleOnly({
  catalogue,
  caller,
  depthMax: depth,
}: DelegationRequest): (callee: string) => string | undefined {
  const { leftMs, ...rest } = calm
  return (callee) => {
    const decision = decide({ catalogue, caller: { ...caller, leftMs }, callee, depthMax: depth, ...rest })
    return decision.kind === 'refused' ? decision.rule : undefined
  }
}
