/** Measures what a decision about a delegation takes on a graph of 1,000 roles, beside taking one small JSON text apart. */
import { decide, type DelegationRequest } from '../src/delegation/decide.ts'
import { catalogueWith, linkedRole } from '../test/helpers/roles.ts'
import type { Figure } from './report.ts'
import { quantile } from './statistics.ts'

const LEADS = 99
const LEAVES = 900
const ROUNDS = 20_000
const WARM_ROUNDS = 2_000 // They let the compiler do its work.
const DECISION_US_MAX = 50
const RATIO_ALLOWED_MAX = 10
const RATIO_REFUSED_MAX = 30 // Its sentence is made, with whom to call instead.

const request = { verb: 'delegate', role: 'l3/worker-7', task: 'Fix the build.', deadline_ms: 1_200_000 }

/** Allowed and refused in every way that needs the graph, in turns with the baseline. */
export async function predicate(): Promise<Figure[]> {
  const text = JSON.stringify(request)
  const allowed = ['l2/lead-7', 'l3/worker-70', 'worker-71']
  const refused = ['l3/worker-1', 'l2/lead-8', 'l1/main', 'wroker-70', '']
  return [
    figureOf('a delegation that is allowed', { text, callees: allowed, ratioMax: RATIO_ALLOWED_MAX }),
    figureOf('a delegation that is refused', { text, callees: refused, ratioMax: RATIO_REFUSED_MAX }),
  ].flat()
}

interface Series {
  /** What the baseline takes apart. */
  readonly text: string
  readonly callees: readonly string[]
  readonly ratioMax: number
}

function figureOf(name: string, { text, callees, ratioMax }: Series): Figure[] {
  const requests = callees.map(requestFor)
  const [ours, bare]: [number[], number[]] = [[], []]
  for (let round = -WARM_ROUNDS; round < ROUNDS; round += 1) {
    const asked = requests[(round + WARM_ROUNDS) % requests.length]
    const our = microsecondsOf(() => asked && decide(asked))
    const their = microsecondsOf(() => JSON.parse(text))
    if (round < 0) continue
    ours.push(our)
    bare.push(their)
  }
  const at = (label: string, fraction: number): Figure => ({
    name: `${name}, among 1,000 roles (${label})`,
    unit: 'µs',
    subject: quantile(ours, fraction),
    baseline: quantile(bare, fraction),
  })
  return [
    { ...at('median', 0.5), ratioMax },
    { ...at('p99', 0.99), subjectMax: DECISION_US_MAX },
  ]
}

function microsecondsOf(work: () => unknown): number {
  const startedAt = performance.now()
  work()
  return (performance.now() - startedAt) * 1_000
}

const leads = Array.from({ length: LEADS }, (_, index) => `l2/lead-${index}`)
const leaves = Array.from({ length: LEAVES }, (_, index) => `l3/worker-${index}`)
const catalogue = catalogueWith(
  linkedRole('l1/main', { scheduled: true, delegates: leads }),
  ...leads.map((id, index) => linkedRole(id, { delegates: leaves.slice(10 * (index % 90)) })),
  ...leaves.map((id) => linkedRole(id, { leaf: true })),
)

/** By the main role where it calls a lead, else by a lead below it that declares 830 leaves. */
function requestFor(callee: string): DelegationRequest {
  const isForLead = callee === 'l2/lead-7'
  return {
    catalogue,
    caller: {
      role: isForLead ? 'l1/main' : 'l2/lead-7',
      ancestors: isForLead ? [] : ['l1/main'],
      leftMs: 3_600_000,
    },
    callee,
    depthMax: 2,
    fanOut: { ofRun: 0, ofAgent: 0, ofAll: 0, runMax: 4, agentMax: 8, allMax: 16 },
    wantedMs: 1_200_000,
    limit: undefined,
  }
}
