/** A small tree of roles, and requests to delegate in it. */
import type { DelegationRequest, FanOut } from '../../src/delegation/decide.ts'
import type { LinkedRole } from '../../src/roles/role.ts'
import { catalogueWith, customRole, linkedRole } from './roles.ts'

/** No children anywhere. */
export const free: FanOut = { ofRun: 0, ofAgent: 0, ofAll: 0, runMax: 3, agentMax: 6, allMax: 9 }
const HOUR = 3_600_000

const tree = [
  linkedRole('l1/lead', { scheduled: true, delegates: ['l2/review', 'l2/ops', 'l3/coder', 'l3/tester'] }),
  linkedRole('l1/scout', { scheduled: true, callable: false }),
  linkedRole('l2/review', { delegates: ['l3/coder', 'l3/tester'] }),
  linkedRole('l2/ops', { delegates: ['l3/coder'], maxDelegateDepth: 0 }),
  linkedRole('l3/coder', { leaf: true }),
  linkedRole('l3/tester'),
  linkedRole('l3/writer'),
  customRole('custom-fast', 'l3/coder'),
  linkedRole('free/start', { scheduled: true, delegates: ['free/end', 'l1/lead', 'l2/review', 'free/shut'] }),
  linkedRole('free/end', { delegates: ['l2/review', 'free/start', 'free/last'] }),
  linkedRole('free/last', { leaf: true }),
  linkedRole('free/shut', { callable: false }),
  linkedRole('free/twin', { name: 'coder' }),
]

/** What differs from a request that is allowed. */
export type DelegationCase = Partial<DelegationRequest> & {
  /** The lineage, from its first run down to the caller. */
  readonly from?: readonly string[]
  /** In place of those of the same id. */
  readonly roles?: readonly LinkedRole[]
  readonly left?: number
}

/** A request of `l1/lead` for `l3/coder` that is allowed, with what the case changes. */
export function delegationRequest({
  from = ['l1/lead'],
  roles = [],
  left = HOUR,
  ...changes
}: DelegationCase): DelegationRequest {
  const kept = tree.filter(({ id }) => !roles.some((one) => one.id === id))
  return {
    catalogue: catalogueWith(...kept, ...roles),
    caller: { role: from.at(-1), ancestors: from.slice(0, -1), leftMs: left },
    callee: 'l3/coder',
    depthMax: 2,
    fanOut: free,
    wantedMs: HOUR / 3,
    limit: undefined,
    ...changes,
  }
}
