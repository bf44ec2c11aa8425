/** Answers agent CLIs where the daemon cannot: they learn which tools there are, and from each call why it does nothing. */
import { reasonOf, stackOf } from '../../base/errors.ts'
import type { McpDoor, McpMessage } from '../../mcp/server.ts'
import { openOperatorTools } from '../mcp-door.ts'

/** Like the daemon, but every tool fails with `error`. Undefined where the message wants no answer. */
export async function answerAlone(message: McpMessage, error: unknown): Promise<McpMessage | undefined> {
  const door: McpDoor = await openOperatorTools(
    () => Promise.reject(error instanceof Error ? error : new Error(reasonOf(error))),
    (bug, what) => process.stderr.write(`${what}: ${stackOf(bug)}\n`),
  )
  return await door.answer(message)
}
