import { stackOf } from '../../base/errors.ts'
import { may, type Token } from '../../delegation/rights.ts'
import type { Holder } from '../../delegation/holder.ts'
import type { AgentHandlers, Handlers, ParamsOf, ResultOf } from '../../ipc/protocol/table.ts'
import type { McpDoor } from '../../mcp/server.ts'
import type { ToolVerbAt } from '../../mcp/tools.ts'
import type { Core } from '../core.ts'
import { openTools } from '../mcp-door.ts'

/** `handlers`: what the tools do, asked for when the first message comes. */
export function mcpHandlers({ log }: Pick<Core, 'log'>, handlers: () => ToolHandlers): Pick<Handlers, 'mcp'> {
  let opened: Promise<McpDoor> | undefined
  const open = () =>
    openTools({
      door: 'operator',
      ask: (verb, params) => handlers()[verb](params),
      onError: (error, what) => log.error('request failed', { what, error: stackOf(error) }),
    })
  return {
    mcp: async ({ message }) => {
      const answer = await (await (opened ??= open())).answer(message)
      return { answer: answer === undefined ? null : { ...answer } }
    },
  }
}

type ToolHandlers = {
  readonly [V in ToolVerbAt<'operator'>]: (params: ParamsOf<V>) => Promise<ResultOf<V>>
}

/** The same for runs: what a run may not ask it is not offered. */
export function agentMcpHandlers(
  { log }: Pick<Core, 'log'>,
  handlers: () => AgentHandlers,
  standing: (holder: Holder) => Promise<Token>,
): Pick<AgentHandlers, 'mcp'> {
  return {
    mcp: async ({ message }, holder) => {
      const token = await standing(holder)
      const door = await openTools({
        door: 'agent',
        ask: (verb, params) => handlers()[verb](params, holder),
        offered: (verb) => may(token, verb),
        onError: (error, what) => log.error('request failed', { what, error: stackOf(error) }),
      })
      const answer = await door.answer(message)
      return { answer: answer === undefined ? null : { ...answer } }
    },
  }
}
