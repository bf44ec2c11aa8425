import { MarrowError } from '../../base/errors.ts'
import { didYouMean, nearest } from '../../base/nearest.ts'
import type { AgentConfig, Config } from '../../config/config.ts'

/**
 * The name in the rows that a filter means: an agent of the configuration by name or slug, or one that only rows know.
 * Throws NOT_FOUND for what has no rows and looks like a slip: an empty answer would pass for silence.
 */
export function nameInRows(
  { agents }: Pick<Config, 'agents'>,
  written: string | undefined,
  hasRows: (name: string) => boolean,
): string | undefined {
  if (written === undefined) return undefined
  const known = agents.find(({ name, slug }) => name === written || slug === written)
  if (known) return known.name
  const names = agents.map(({ name }) => name)
  if (nearest(written, names) === undefined || hasRows(written)) return written
  throw new MarrowError('NOT_FOUND', `unknown agent: ${written}`, { fix: didYouMean(written, names).trim() })
}

/** The agent of that name or slug. Throws NOT_FOUND naming those that there are. */
export function agentNamed(config: Config, name: string): AgentConfig {
  const found = config.agents.find((agent) => agent.name === name || agent.slug === name)
  if (found) return found
  const known = config.agents.map((agent) => agent.name)
  throw new MarrowError('NOT_FOUND', `unknown agent: ${name}`, {
    fix: `${didYouMean(name, known)}The agents of this configuration: ${known.join(', ')}.`,
  })
}
