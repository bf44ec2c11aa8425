/** Decides which limits hold nothing of an agent because its CLI never tells what they go by. */
import type { Adapter } from '../agents/adapter.ts'
import type { SpendingLimits } from '../config/config.ts'

/** A limit that is written and not kept, and what to write instead. */
export interface Unkept {
  readonly problem: string
  readonly fix: string
}

/** The limits of one agent, and of all, that do not hold it. Tokens are counted for every CLI, and so stand in for its cost. */
export function unkeptLimits(
  { all, agent }: { readonly all: SpendingLimits; readonly agent: SpendingLimits },
  { name, tells }: Pick<Adapter, 'name' | 'tells'>,
): Unkept[] {
  const found: Unkept[] = []
  const written = { ...all, ...agent }
  if (written.usd_per_day !== undefined && !tells.cost && written.tokens_per_day === undefined) {
    const problem = `usd_per_day does not count what it spends: ${name} tells no cost`
    found.push({ problem, fix: 'Write tokens_per_day in its [agents.limits].' })
  }
  // For all agents it is written for those that tell of a plan.
  if (agent.keep_plan_percent !== undefined && !tells.plan) {
    const problem = `keep_plan_percent does not hold it: ${name} does not tell how much of a plan is used`
    found.push({ problem, fix: 'Remove it; tokens_per_day holds every agent.' })
  }
  return found
}
