/** Answers agent CLIs where the daemon cannot: they learn which tools there are, and from each call why it does nothing. */
import { reasonOf, stackOf } from '../../base/errors.ts'
import type { McpDoor, McpMessage } from '../../mcp/server.ts'
import type { Door } from '../../mcp/tools.ts'
import { openTools } from '../mcp-door.ts'

/** Like the daemon, but every tool fails with `error`. Undefined where the message wants no answer. */
export async function answerAlone(
  message: McpMessage,
  error: unknown,
  door: Door,
): Promise<McpMessage | undefined> {
  const opened: McpDoor = await openTools({
    door,
    ask: () => Promise.reject(error instanceof Error ? error : new Error(reasonOf(error))),
    onError: (bug, what) => process.stderr.write(`${what}: ${stackOf(bug)}\n`),
  })
  return await opened.answer(message)
}
