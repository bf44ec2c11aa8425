/** The roles that count for whoever asks: the core's, the operator's, and the custom ones of its agent's workspace. */
import { MarrowError } from '../../base/errors.ts'
import type { AgentConfig } from '../../config/config.ts'
import type { Holder } from '../../delegation/holder.ts'
import type { Catalogue } from '../../roles/catalogue.ts'
import type { Core } from '../core.ts'
import { rolesFor } from '../roles.ts'

/** Read afresh: the operator's layer may be edited at any time. Throws NOT_FOUND for an agent that has left the configuration. */
export async function catalogueFor(core: Pick<Core, 'config'>, holder: Holder): Promise<Catalogue> {
  return (await rolesFor(accountableAgent(core, holder), core.config)).catalogue
}

/** The agent in whose name the run may ask. Throws NOT_FOUND for one that has left the configuration. */
export function accountableAgent({ config }: Pick<Core, 'config'>, { agent }: Holder): AgentConfig {
  const own = config.agents.find(({ name }) => name === agent)
  if (own !== undefined) return own
  throw new MarrowError('NOT_FOUND', `Cannot do it: ${agent} is no longer in the configuration.`, {
    fix: 'Finish what you can, and say in your result what is left.',
  })
}
