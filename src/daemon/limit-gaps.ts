/** Which limits of an agent hold later than its configuration says, for status, doctor, the log and `isolation show`. */
import type { AgentConfig } from '../config/config.ts'
import { planLimits, weakLimits, type LimitFacts } from '../isolation/limits.ts'
import type { Standing } from '../isolation/wall.ts'
import { startsAsRoot } from './standing.ts'

/** The standing as people are told of it: what only looking limits is missing too, whether there is a wall or not. */
export function withLimitGaps(facts: LimitFacts, agent: AgentConfig, standing: Standing): Standing {
  if (standing.kind === 'held') return standing
  const wall = standing.kind === 'walled' ? standing.wall.kind : undefined
  const plan = planLimits(agent.isolation.limits, facts, { cgroupName: '', wall, root: startsAsRoot(agent) })
  return plan === undefined ? standing : { ...standing, missing: [...standing.missing, ...weakLimits(plan)] }
}
