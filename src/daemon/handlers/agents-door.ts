/** Everything that runs may ask. */
import type { AgentHandlers } from '../../ipc/protocol/table.ts'
import type { Core } from '../core.ts'
import { delegationHandlers, standingNow } from './delegations.ts'
import { agentHandoffHandlers } from './handoffs.ts'
import { agentMcpHandlers } from './mcp.ts'

/** The handlers of the agents' door. */
export function agentDoorHandlers(core: Core): AgentHandlers {
  const handlers: AgentHandlers = {
    health: async () => ({ status: 'ok' }),
    ...delegationHandlers(core),
    ...agentHandoffHandlers(core),
    ...agentMcpHandlers(
      core,
      () => handlers,
      (holder) => standingNow(core, holder),
    ),
  }
  return handlers
}
