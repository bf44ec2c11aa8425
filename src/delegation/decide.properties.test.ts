/** What can never happen, whatever the roles declare and whoever asks. */
import * as fc from 'fast-check'
import { assert, property } from 'fast-check'
import { describe, test } from 'vitest'
import { calm, depthMax, ruleOnly, someRequest } from '../../test/helpers/delegation-requests.ts'
import { roleGraphs, someReference, someRoleId } from '../../test/helpers/role-graphs.ts'
import type { Catalogue } from '../roles/catalogue.ts'
import type { LinkedRole } from '../roles/role.ts'
import { decide, type Decision, type DelegationRequest } from './decide.ts'

const RUNS = process.env['MARROW_TEST_LONG'] === '1' ? 100_000 : 1_000
const rounds = { numRuns: RUNS }

/** A chain of roles as it grew, each hop by a decision; asked for at random. */
const walks = fc.record({
  catalogue: roleGraphs,
  first: someRoleId,
  asked: fc.array(someReference, { minLength: 12, maxLength: 24 }),
  depthMax,
})
type Walk = typeof walks extends fc.Arbitrary<infer One> ? One : never

function chainOf({ catalogue, first, asked, depthMax: depth }: Walk): string[] {
  const chain: string[] = [first]
  for (const callee of asked) {
    const { leftMs, ...rest } = calm
    const caller = { role: chain.at(-1), ancestors: chain.slice(0, -1), leftMs }
    const decision = decide({ catalogue, caller, callee, depthMax: depth, ...rest })
    if (decision.kind === 'allowed') chain.push(decision.role)
  }
  return chain
}

const grown = (holds: (roles: readonly LinkedRole[], walk: Walk) => boolean) =>
  property(walks, (walk) => {
    const roles = chainOf(walk).flatMap((id) => walk.catalogue.roles.get(id) ?? [])
    return roles.length < 2 || holds(roles, walk)
  })

const pairs = (roles: readonly LinkedRole[]) =>
  roles.flatMap((above, index) => roles.slice(index + 1).map((below) => ({ above, below })))

describe('in a lineage, however it grew,', () => {
  test('there are never more hops than two, or than are configured', () => {
    assert(
      grown((roles, { depthMax: depth }) => roles.length - 1 <= Math.min(2, depth)),
      rounds,
    )
  })

  test('what begins on L2 goes on for less', () => {
    assert(
      grown(
        ([first, ...below], { depthMax: depth }) =>
          first?.level !== 2 || below.length <= Math.min(1, depth - 1),
      ),
      rounds,
    )
  })

  test('no leaf calls anybody', () => {
    assert(
      grown((roles) =>
        roles.slice(0, -1).every(({ level, leaf, source }) => !leaf && (level ?? 0) < 3 && source === 'core'),
      ),
      rounds,
    )
  })

  test('no role is met twice, by itself or by a variant', () => {
    assert(
      grown((roles, { catalogue }) => {
        const bases = roles.map((role) => naiveBase(catalogue, role)?.id)
        return new Set(bases).size === bases.length
      }),
      rounds,
    )
  })

  test('levels only grow where they are known, and nobody calls an L1', () => {
    assert(
      grown((roles, { catalogue }) => {
        const levelOf = (role: LinkedRole) => naiveBase(catalogue, role)?.level
        const grows = pairs(roles).every(({ above, below }) => {
          const [one, other] = [levelOf(above), levelOf(below)]
          return one === undefined || other === undefined || one < other
        })
        return grows && roles.slice(1).every((role) => levelOf(role) !== 1)
      }),
      rounds,
    )
  })

  test('every callee was declared by its caller, and takes work', () => {
    assert(
      grown((roles, { catalogue }) =>
        roles.slice(1).every((callee, index) => {
          const [caller, base] = [roles[index], naiveBase(catalogue, callee)]
          if (caller === undefined || base === undefined) return false
          const { delegates, children } = caller
          return (
            base.callable &&
            callee.callable &&
            delegates.includes(base.id) &&
            (children.length === 0 || children.includes(base.id))
          )
        }),
      ),
      rounds,
    )
  })

  test('no max_delegate_depth of any run is broken by the runs below it', () => {
    assert(
      grown((roles) =>
        roles.every(
          ({ maxDelegateDepth: hops }, index) => hops === undefined || roles.length - 1 - index <= hops,
        ),
      ),
      rounds,
    )
  })
})

test('nothing is allowed that one of the rules forbids, and nothing refused that none does', ({ expect }) => {
  let allowed = 0
  assert(
    property(someRequest, (request) => {
      const decision = decide(request)
      if (decision.kind === 'allowed') allowed += 1
      expect(decision.kind).toBe(isForbidden(request) ? 'refused' : 'allowed')
    }),
    { numRuns: 3 * RUNS },
  )
  expect(allowed).toBeGreaterThan(RUNS / 20) // Else the graphs say nothing.
})

test('a child has what it wants at most, and ends before its caller', () => {
  assert(
    property(someRequest, (request) => {
      const decision = decide(request)
      if (decision.kind === 'refused') return true
      const { leftMs } = request.caller
      return decision.timeMs > 0 && decision.timeMs <= request.wantedMs && decision.timeMs <= leftMs - 10_000
    }),
    rounds,
  )
})

test('no child is beyond what a run, an agent and all may have', () => {
  assert(
    property(someRequest, (request) => {
      const { ofRun, ofAgent, ofAll, runMax, agentMax, allMax } = request.fanOut
      return decide(request).kind === 'refused' || (ofRun < runMax && ofAgent < agentMax && ofAll < allMax)
    }),
    rounds,
  )
})

test('every reason is one sentence, and whoever it names to be called may be called', ({ expect }) => {
  assert(
    property(someRequest, (request) => {
      const decision = decide(request)
      if (decision.kind === 'allowed') return
      expect(decision.reason).toMatch(/^[^\n]{20,400}\.$/)
      const rule = ruleOnly(request)
      for (const [id] of named(decision)) {
        expect(rule(id), decision.reason).toBeUndefined()
      }
    }),
    rounds,
  )
})

/** The ids behind the words that say whom to call. */
function named({ reason }: Extract<Decision, { kind: 'refused' }>): RegExpMatchArray[] {
  const [, choices = ''] = /(?:call one of|call) (?!one of)(.*)\.$/.exec(reason) ?? []
  return [...choices.matchAll(/[a-z]+[/-][a-z]+/g)]
}

function naiveBase({ roles }: Catalogue, role: LinkedRole): LinkedRole | undefined {
  return role.source === 'core' ? role : roles.get(role.base ?? '')
}

/** The same rules once more, each by itself and in the plainest way. */
function isForbidden({ catalogue, caller, callee, ...request }: DelegationRequest): boolean {
  const { roles } = catalogue
  const own = roles.get(caller.role ?? '')
  const chain = [...caller.ancestors, caller.role ?? ''].map((id) => roles.get(id))
  const same = [...roles.values()].filter(({ id, name }) => id === callee || name === callee)
  const child = roles.get(callee) ?? (same.length === 1 ? same[0] : undefined)
  const base = child && naiveBase(catalogue, child)
  if (own === undefined || child === undefined || base?.source !== 'core') return true
  const known = chain.filter((role) => role !== undefined)
  if (known.length < chain.length) return true
  const levels = known.flatMap((role) => naiveBase(catalogue, role)?.level ?? [])
  const [first = own] = known
  const isStart =
    first.source === 'core' && (first.level === 1 || (first.level === undefined && first.scheduled))
  const depth = known.length - 1 + (isStart ? 0 : first.level === 3 ? 2 : 1)
  const { fanOut, wantedMs, depthMax: depthWritten } = request
  return [
    own.source !== 'core' || own.leaf || (own.level ?? 0) >= 3,
    depth >= Math.min(2, depthWritten),
    known.some(({ maxDelegateDepth: hops }, index) => hops !== undefined && known.length - index > hops),
    known.some((role) => naiveBase(catalogue, role)?.id === base.id),
    base.level === 1 || levels.some((level) => base.level !== undefined && base.level <= level),
    !base.callable || !child.callable,
    !own.delegates.includes(base.id),
    own.children.length > 0 && !own.children.includes(base.id),
    caller.leftMs < 30_000 || Number.isNaN(wantedMs) || wantedMs <= 0,
    request.limit !== undefined,
    fanOut.ofRun >= fanOut.runMax || fanOut.ofAgent >= fanOut.agentMax || fanOut.ofAll >= fanOut.allMax,
  ].includes(true)
}
