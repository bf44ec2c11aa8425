import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

const agent = z.string('agent is required').min(1, 'agent is required')
const done = z.object({ ok: z.literal(true) })

/** One layer of a prompt with what it weighs. */
export const LayerView = z.object({
  kind: z.string(),
  name: z.string(),
  source: z.string(),
  bytes: z.number(),
  digest: z.string(),
  volatile: z.boolean(),
  failed: z.string().nullable(),
})
export type LayerView = z.infer<typeof LayerView>

/** What the next tick of one agent would do, and the prompt that it would send. */
export const DryRunView = z.object({
  agent: z.string(),
  would_run: z.boolean(),
  reason: z.string(),
  run: z.string(),
  words: z.array(z.string()),
  prompt: z.string(),
  layers: z.array(LayerView.extend({ text: z.string() })),
  /** The prompt of the last run that was started; null before the first. */
  last_prompt: z.string().nullable(),
})
export type DryRunView = z.infer<typeof DryRunView>

/** How one tick that was asked for by run-once ended. */
export const TickView = z.object({
  agent: z.string(),
  tick: z.string(),
  run: z.string().nullable(),
  ok: z.boolean(),
  outcome: z.string(),
})
export type TickView = z.infer<typeof TickView>

const agents = z.array(z.string()).optional()

export const agentVerbs = {
  wake: entry({
    route: routes.wake,
    who: 'operator',
    about: 'Makes an agent due now; reason and prompt go into the trigger layer of that tick.',
    params: z.strictObject({
      agent,
      reason: z.string().max(10_000).optional(),
      prompt: z.string().max(500_000).optional(),
    }),
    result: z.object({ ok: z.literal(true), agent: z.string(), next: z.string() }),
  }),
  pause: entry({
    route: routes.pause,
    who: 'operator',
    about: 'Holds one agent, or without a name everything that starts work. Runs in flight go on.',
    params: z.strictObject({ agent: z.string().optional(), reason: z.string().max(1_000).optional() }),
    result: done,
  }),
  resume: entry({
    route: routes.resume,
    who: 'operator',
    about: 'Lifts a pause; for an agent also what its breaker or an authentication failure holds.',
    params: z.strictObject({ agent: z.string().optional() }),
    result: done,
  }),
  runOnce: entry({
    route: routes.runOnce,
    who: 'operator',
    about:
      'One tick of each named agent (default: all), now and whatever the gate says; answers when they ended.',
    params: z.strictObject({ agents }),
    result: z.object({ ticks: z.array(TickView) }),
  }),
  dryRun: entry({
    route: routes.dryRun,
    who: 'operator',
    about: 'What the next tick would do and the prompt it would send. Starts no run, changes no state.',
    params: z.strictObject({ agents }),
    result: z.object({ agents: z.array(DryRunView) }),
  }),
}
