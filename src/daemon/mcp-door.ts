import { version } from '../base/version.ts'
import type { McpDoor } from '../mcp/server.ts'
import type { Ask } from '../mcp/tools.ts'
import { systemClock } from '../platform/clock.ts'

/**
 * The operator's tools, done by `ask`. The SDK is loaded only now: it takes longer than the start of most commands, and most
 * daemons are never asked for a tool.
 */
export async function openOperatorTools(
  ask: Ask,
  onError: (error: unknown, what: string) => void,
): Promise<McpDoor> {
  const [{ openMcpDoor }, { toolsOf }] = await Promise.all([
    import('../mcp/server.ts'),
    import('../mcp/tools.ts'),
  ])
  return openMcpDoor({ tools: toolsOf('operator', ask), version, now: () => systemClock.now().wall, onError })
}
