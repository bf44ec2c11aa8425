import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

const agent = z.string('agent is required').min(1, 'agent is required').describe('The name of an agent.')
const done = z.object({ ok: z.literal(true) })

/** One layer of a prompt with what it weighs. */
export const LayerView = z
  .object({
    kind: z.string().describe('rules, role, base, folders, task, trigger or context.'),
    name: z.string(),
    source: z.string().describe('The file or program that it comes from.'),
    bytes: z.int(),
    digest: z.string().describe('Changes when the text does.'),
    volatile: z.boolean().describe('Whether its changes alone are no reason to run.'),
    native: z
      .boolean()
      .describe('Whether the agent CLI is given it by its own means, and not in the prompt.'),
    failed: z.string().nullable().describe('Why it could not be made; null: it could.'),
  })
  .meta({ id: 'LayerView', description: 'One layer of a prompt.' })
export type LayerView = z.infer<typeof LayerView>

/** What the next tick of one agent would do, and the prompt that it would send. */
export const DryRunView = z
  .object({
    agent: z.string(),
    would_run: z.boolean(),
    reason: z.string().describe('Why it would run, or why not.'),
    run: z.string().describe('A run id of the form that it would get; the real one will be another.'),
    words: z
      .array(z.string())
      .describe(
        'The command with its arguments, as it would be started, with the prompt and secrets taken out.',
      ),
    prompt: z.string(),
    layers: z.array(LayerView.extend({ text: z.string() })),
    last_prompt: z
      .string()
      .nullable()
      .describe('The prompt of the last run that was started; null before the first.'),
  })
  .meta({ id: 'DryRunView', description: 'What the next tick of one agent would do.' })
export type DryRunView = z.infer<typeof DryRunView>

/** How one tick that was asked for by run-once ended. */
export const TickView = z
  .object({
    agent: z.string(),
    tick: z.string().describe('`<agent>#<n>`; empty when it did not begin in time.'),
    run: z.string().nullable().describe('The id of its run; null when it had none.'),
    ok: z.boolean().describe('Whether it succeeded or stayed quiet.'),
    outcome: z.string().describe('How it ended, in a sentence.'),
    tokens: z.number().nullable().describe('Of its run; null when the agent CLI reported none.'),
    about_tokens: z
      .number()
      .nullable()
      .describe('Made from the length of what was sent and said, where the agent CLI reported no tokens.'),
    cost_usd: z.number().nullable().describe('Of its run; null when the agent CLI reported none.'),
  })
  .meta({ id: 'TickView', description: 'How one tick ended.' })
export type TickView = z.infer<typeof TickView>

/** Where a wake stands. */
export const WakeState = z
  .object({
    state: z
      .enum(['waiting', 'running', 'ended', 'gone'])
      .describe('gone: nothing is on record of it, because its run was forgotten or it never was.'),
    run: z.string().nullable().describe('The run that was given it; null before.'),
    ok: z.boolean().nullable().describe('Whether that run succeeded; null before its end.'),
    again: z.boolean().describe('Whether it comes again with another run, because this one failed.'),
    why: z.string().describe('What it waits for, or how it ended, in a sentence.'),
  })
  .meta({ id: 'WakeState', description: 'Where a wake stands.' })
export type WakeState = z.infer<typeof WakeState>

const agents = z.array(z.string()).optional().describe('Names of agents; none means all.')

export const agentVerbs = {
  wake: entry({
    route: routes.wake,
    who: 'operator',
    about: 'Makes an agent due now; reason and prompt go into the trigger layer of that tick.',
    tool: {
      about:
        'Makes one agent due now; the reason and the prompt are put into its next prompt. It spends the tokens of a run.',
    },
    params: z.strictObject({
      agent,
      reason: z.string().max(10_000).optional().describe('Why, for the prompt and the journal.'),
      prompt: z.string().max(500_000).optional().describe('What it should do, for the prompt alone.'),
    }),
    result: z.object({
      ok: z.literal(true),
      agent: z.string(),
      id: z.int().describe('Its id, for wakeState.'),
      next: z.string().describe('What happens now, in a sentence.'),
    }),
  }),
  wakeState: entry({
    route: routes.wakeState,
    who: 'operator',
    about: 'Where a wake stands: what it waits for, which run was given it, and how that ended.',
    params: z.object({ id: z.coerce.number().int().min(1).describe('As `wake` answered it.') }),
    result: WakeState,
  }),
  pause: entry({
    route: routes.pause,
    who: 'operator',
    about: 'Holds one agent, or without a name everything that starts work. Runs in flight go on.',
    params: z.strictObject({
      agent: z.string().optional().describe('The agent to hold; without it everything.'),
      reason: z.string().max(1_000).optional().describe('Why, for status.'),
    }),
    result: done,
  }),
  resume: entry({
    route: routes.resume,
    who: 'operator',
    about: 'Lifts a pause; for an agent also what its breaker or an authentication failure holds.',
    params: z.strictObject({
      agent: z.string().optional().describe('The agent to let go; without it everything.'),
    }),
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
    about:
      'What the next tick would do and the prompt it would send; with a task, what a role would be sent that an agent hands it to. Starts no run, changes no state.',
    params: z.strictObject({
      agents: agents.describe('Names of agents, all without any; with a task one role.'),
      task: z.string().min(1, 'task is empty').optional(),
      for: z
        .string()
        .optional()
        .describe('The accountable agent; without it the first that may call the role.'),
    }),
    result: z.object({ agents: z.array(DryRunView) }),
  }),
}
