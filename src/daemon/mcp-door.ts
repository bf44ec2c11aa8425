import { version } from '../base/version.ts'
import type { McpDoor } from '../mcp/server.ts'
import type { Ask, Door, ToolVerbAt } from '../mcp/tools.ts'
import { systemClock } from '../platform/clock.ts'

/** The tools of one door, and who hears of what fails. */
export interface ToolsWish<D extends Door> {
  readonly door: D
  readonly ask: Ask<D>
  /** Whether a verb is shown at all; all are without it. */
  readonly offered?: (verb: ToolVerbAt<D>) => boolean
  readonly onError: (error: unknown, what: string) => void
}

/**
 * Tools that are done by `ask`. The SDK is loaded only now: it takes longer than the start of most commands, and most daemons are
 * never asked for a tool.
 */
export async function openTools<D extends Door>({
  door,
  ask,
  offered,
  onError,
}: ToolsWish<D>): Promise<McpDoor> {
  const [{ openMcpDoor }, { toolsOf }] = await Promise.all([
    import('../mcp/server.ts'),
    import('../mcp/tools.ts'),
  ])
  const tools = toolsOf(door, ask, offered)
  return openMcpDoor({ door, tools, version, now: () => systemClock.now().wall, onError })
}
