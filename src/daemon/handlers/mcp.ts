import { stackOf } from '../../base/errors.ts'
import type { Handlers, ParamsOf, ResultOf, VerbOf } from '../../ipc/protocol/table.ts'
import type { McpDoor } from '../../mcp/server.ts'
import type { Core } from '../core.ts'
import { openOperatorTools } from '../mcp-door.ts'

/** `handlers`: what the tools do, asked for when the first message comes. */
export function mcpHandlers({ log }: Pick<Core, 'log'>, handlers: () => ToolHandlers): Pick<Handlers, 'mcp'> {
  let door: Promise<McpDoor> | undefined
  const open = () =>
    openOperatorTools(
      (verb, params) => handlers()[verb](params),
      (error, what) => log.error('request failed', { what, error: stackOf(error) }),
    )
  return {
    mcp: async ({ message }) => {
      const answer = await (await (door ??= open())).answer(message)
      return { answer: answer === undefined ? null : { ...answer } }
    },
  }
}

type ToolHandlers = {
  readonly [V in VerbOf<'json'>]: (params: ParamsOf<V>) => Promise<ResultOf<V>>
}
