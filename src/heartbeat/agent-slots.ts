/** Owns where the slots of a configured agent lie. */
import type { AgentConfig } from '../config/config.ts'
import { phaseOf, type Slots } from './schedule.ts'

/** Its slots, counted from its first tick. */
export function slotsOf(config: AgentConfig, state: { readonly firstAt: number }): Slots {
  const { schedule, activeHours } = config
  return { schedule, activeHours, firstAt: state.firstAt, phaseMs: phaseOfAgent(config) }
}

// A digest for each agent at each pass would be most of what a plan costs.
const phases = new WeakMap<AgentConfig, number>()

function phaseOfAgent(config: AgentConfig): number {
  const known = phases.get(config)
  if (known !== undefined) return known
  const phase = phaseOf(config.name, config.schedule)
  phases.set(config, phase)
  return phase
}
