import type { z } from 'zod'
import type { Holder } from '../../delegation/holder.ts'
import { agentVerbs } from './agents.ts'
import { cleanVerbs } from './clean.ts'
import { daemonVerbs } from './daemon.ts'
import { delegationVerbs } from './delegations.ts'
import type { Form, Who } from './entry.ts'
import { eventVerbs } from './events.ts'
import { handoffVerbs } from './handoffs.ts'
import { notifyVerbs } from './notify.ts'
import { pageVerbs } from './pages.ts'
import { reportVerbs } from './report.ts'
import { runVerbs } from './runs.ts'
import { statusVerbs } from './status.ts'
import { taskVerbs } from './tasks.ts'

/** Every verb of both doors. Routes, the Handlers type and the client's functions are derived from it. */
export const protocol = {
  ...statusVerbs,
  ...reportVerbs,
  ...eventVerbs,
  ...taskVerbs,
  ...agentVerbs,
  ...runVerbs,
  ...daemonVerbs,
  ...notifyVerbs,
  ...cleanVerbs,
  ...delegationVerbs,
  ...handoffVerbs,
  ...pageVerbs,
}

export type Protocol = typeof protocol
export type ParamsOf<V extends keyof Protocol> = z.output<Protocol[V]['params']>
/** What a client sends: defaults not yet filled in. */
export type RequestOf<V extends keyof Protocol> = z.input<Protocol[V]['params']>
export type ResultOf<V extends keyof Protocol> = z.output<Protocol[V]['result']>

/** The verbs that answer in one form. */
export type VerbOf<F extends Form> = {
  [V in keyof Protocol]: Protocol[V]['form'] extends F ? V : never
}[keyof Protocol]

/** The verbs that exist at one door. */
export type VerbAt<Door extends Exclude<Who, 'both'>> = {
  [V in keyof Protocol]: Protocol[V]['who'] extends Door | 'both' ? V : never
}[keyof Protocol]

/** One function per verb of the operator's door; a missing one does not compile. */
export type Handlers = { readonly [V in VerbAt<'operator'>]: HandlerOf<V> }

/** One function per verb of the agents' door, which is told who asks. */
export type AgentHandlers = {
  readonly [V in VerbAt<'agent'>]: (params: ParamsOf<V>, holder: Holder) => Promise<ResultOf<V>>
}

/** A stream goes on until its signal says that nobody listens any more. */
export type HandlerOf<V extends keyof Protocol> = Protocol[V]['form'] extends 'stream'
  ? (params: ParamsOf<V>, signal: AbortSignal) => AsyncIterable<ResultOf<V>>
  : (params: ParamsOf<V>) => Promise<ResultOf<V>>

/** Whether the verb exists at that door. */
export function isAt<Door extends Exclude<Who, 'both'>>(
  door: Door,
  verb: keyof Protocol,
): verb is VerbAt<Door> {
  const { who }: { who: Who } = protocol[verb]
  return who === door || who === 'both'
}
