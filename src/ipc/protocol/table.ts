import type { z } from 'zod'
import { agentVerbs } from './agents.ts'
import { daemonVerbs, runVerbs } from './runs.ts'
import { statusVerbs } from './status.ts'
import { taskVerbs } from './tasks.ts'

/** Every verb of both doors. Routes, the Handlers type and the client's functions are derived from it. */
export const protocol = { ...statusVerbs, ...taskVerbs, ...agentVerbs, ...runVerbs, ...daemonVerbs }

export type Protocol = typeof protocol
export type ParamsOf<V extends keyof Protocol> = z.output<Protocol[V]['params']>
/** What a client sends: defaults not yet filled in. */
export type RequestOf<V extends keyof Protocol> = z.input<Protocol[V]['params']>
export type ResultOf<V extends keyof Protocol> = z.output<Protocol[V]['result']>

/** One function per verb; a missing one does not compile. */
export type Handlers = { readonly [V in keyof Protocol]: (params: ParamsOf<V>) => Promise<ResultOf<V>> }
