import { z } from 'zod'
import { limitNames } from '../../limits/words.ts'
import { guardStates } from '../../runner/guard.ts'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

const seconds = (about: string) => z.number().describe(`${about} (seconds since 1970)`)
const lasting = (about: string) => z.number().describe(`${about} (seconds)`)
const count = (about: string) => z.int().describe(about)

const Today = z.object({
  runs: count('Runs that began today, by the clock of the machine.'),
  tokens: z.number().describe('What those of them took that have ended.'),
  about: z.boolean().describe('Whether a part of the tokens is an estimate.'),
  cost_usd: z.number().nullable().describe('What they cost; null where no agent CLI told it.'),
  cost_about: z.boolean().describe('Whether a part of the cost is an estimate: of runs that were cut short.'),
})

/** How one limit on spending stands. */
export const LimitView = z
  .object({
    limit: z.enum(limitNames),
    scope: z.enum(['all', 'agent']).describe('Whether it holds for all agents together.'),
    used: z
      .number()
      .describe(
        'With what running ones are expected to spend. Of `keep_plan_percent`: percent of the window.',
      ),
    of: z.number(),
    state: z
      .enum(['open', 'near', 'reached'])
      .describe('near: four fifths are used; reached: nothing starts.'),
    until: seconds('When nothing of it is used any more'),
  })
  .meta({ id: 'LimitView', description: 'How one limit on spending stands.' })
export type LimitView = z.infer<typeof LimitView>

/** One agent in status. The first eight keys are the old shape (unix seconds); the rest says what it does or why not. */
export const AgentStatus = z
  .object({
    name: z.string(),
    interval: lasting('Time between slots; for a cron line the distance of the next two'),
    last_tick_at: seconds('When the last tick began').nullable(),
    last_tick_duration: lasting('How long the last tick took').nullable(),
    next_tick_at: seconds('When the next tick is due').nullable(),
    tick_count: count('Ticks that were ever begun.'),
    running: z.boolean().describe('Whether a run of it is open.'),
    last_error: z
      .string()
      .nullable()
      .describe('How the last tick failed; null when it did not. Quiet ticks do not count.'),
    state: z.enum(['running', 'ending', 'assembling', 'waiting', 'paused', 'held', 'idle', 'stopping']),
    doing: z
      .string()
      .describe(
        'One short phrase for people: `running 12s, last output 3s ago`, `held: rate limit until 14:00`.',
      ),
    run: z.string().nullable().describe('The id of its open run.'),
    running_since: seconds('When its open run started').nullable(),
    last_output_at: seconds('When its open run last printed something').nullable(),
    children: z.int().describe('How many runs go on that runs of it asked for.'),
    stale: z
      .boolean()
      .describe(
        'Whether its open run has printed nothing for longer than `stale_after`; `doing` says what it did last.',
      ),
    last_outcome: z.string().nullable().describe('How the last tick that was not quiet ended.'),
    quiet_since: seconds('Since when nothing has changed for it').nullable(),
    quiet_count: count('Ticks that stayed quiet, ever.'),
    tokens_saved: z.number().describe('Tokens (about) that quiet ticks did not spend, ever.'),
    missed_count: count('Slots that passed without a tick, ever.'),
    held_until: seconds('When it may start again; null also when only the operator can say so').nullable(),
    held_reason: z.string().nullable().describe('Why its failures hold it.'),
    no_progress: z
      .string()
      .nullable()
      .describe('How often in a row its runs changed nothing, and when it tries again.'),
    today: Today,
    limits: z.array(LimitView).describe('Limits on its spending that are near or reached.'),
    limits_unkept: z
      .array(z.string())
      .describe(
        'Limits that do not hold it, since its agent CLI does not tell what they go by; a sentence each.',
      ),
    isolated_by: z
      .enum(['bubblewrap', 'seatbelt'])
      .nullable()
      .describe('What its next run is kept behind; null: nothing, or it is not known yet.'),
    not_isolated: z
      .array(z.string())
      .describe('What of its isolation is not in force, a phrase each; empty when all of it is.'),
    guard: z
      .enum(guardStates)
      .nullable()
      .describe('Whether its newest run showed that its guards are in force; as of RunDetail.'),
    project: z.string().describe('The project that it belongs to.'),
    triggers_pending: count('Wakes that were not yet delivered.'),
    provider_failures: z
      .array(z.string())
      .describe('Context providers that failed in its last prompt, each with the reason.'),
  })
  .meta({ id: 'AgentStatus', description: 'What one agent does, or why not.' })
export type AgentStatus = z.infer<typeof AgentStatus>

/** One journal row as it goes over the wire. */
export const EventView = z
  .object({
    id: z.int().describe('Only grows, over restarts too.'),
    at: z.string().describe('When it happened (ISO 8601, UTC).'),
    kind: z
      .string()
      .describe('`noun.past`, such as `run.ended`. New kinds may come: pass over those you do not know.'),
    agent: z.string().nullable().describe('The agent that it is about.'),
    run: z.string().nullable().describe('The run that it is about.'),
    data: z.record(z.string(), z.unknown()).describe('What belongs to this kind of event.'),
  })
  .meta({ id: 'EventView', description: 'One fact that happened: a row of the journal.' })
export type EventView = z.infer<typeof EventView>

const Paused = z.object({
  since: seconds('Since when'),
  reason: z.string().describe('Empty when nobody said why.'),
  by: z.enum(['operator', 'file']).describe('`file`: the file PAUSED in state_dir.'),
})

const KeptWorktree = z
  .object({
    path: z.string().describe('Where it is.'),
    branch: z.string().describe('Its branch.'),
    agent: z.string().describe('Whose it was.'),
    reason: z.string().describe('What in it is unsaved or unmerged.'),
    look: z.string().describe('The command that shows it.'),
  })
  .meta({
    id: 'KeptWorktree',
    description: 'A worktree that nobody wants any more, and that holds something.',
  })

const Adopted = z.object({
  adopted: count('Runs that go on and were taken over.'),
  finished: count('Runs that had ended while no daemon ran.'),
  lost: count('Runs that are gone and left no exit code.'),
  unstarted: count('Runs that had never begun; their ticks are assembled again.'),
})

export const StatusResult = z
  .object({
    started_at: seconds('When the daemon started'),
    uptime: lasting('How long it has been up'),
    agents: z.record(z.string(), AgentStatus).describe('By name, in the order of the configuration.'),
    version: z.string(),
    pid: z.int(),
    config: z.string().describe('The configuration file in force, absolute.'),
    state_dir: z.string(),
    paused: Paused.nullable().describe('What holds everything that starts work; null: nothing does.'),
    stopping: z.boolean().describe('Whether the daemon stops or hands over.'),
    config_problems: z
      .array(z.string())
      .describe('What is wrong with the file on disk while the last good one stays in force.'),
    warnings: z.array(z.string()).describe('What the configuration in force should not say.'),
    worktrees_kept: z
      .array(KeptWorktree)
      .describe('Worktrees of agents that no longer have one, kept because something would be lost.'),
    adopted: Adopted.describe('What this daemon found at its start.'),
    runs_open: count('Runs of ticks that have not ended.'),
    runs_max: count('Runs that may be open at once.'),
    children_open: count('Runs that other runs asked for and that have not ended.'),
    children_max: count('How many of these may be open at once.'),
    today: Today.describe('Of all agents together.'),
    limits: z
      .array(LimitView)
      .describe('Limits on what all agents together spend; those of a plan stand with the agents.'),
    undelivered: z
      .array(
        z.object({
          to: z
            .string()
            .describe('`the webhook`, `ntfy`, `the command` or `the desktop`; never its address.'),
          waiting: count('Notices that are tried again.'),
          failed: count('Notices that are not, since it last got one.'),
          reason: z.string().describe('How the last try failed.'),
        }),
      )
      .describe('Where notices to the operator do not arrive; empty when all do.'),
    events: z.array(EventView).describe('The last rows of the journal, oldest first.'),
  })
  .meta({ id: 'Status', description: 'The daemon and all of its agents at one moment.' })
export type StatusResult = z.infer<typeof StatusResult>

export const statusVerbs = {
  health: entry({
    route: routes.health,
    who: 'both',
    about: 'Whether the daemon answers.',
    params: z.object({}),
    result: z.object({ status: z.literal('ok') }),
  }),
  status: entry({
    route: routes.status,
    who: 'operator',
    about: 'What every agent does or why not, its last outcome and next slot, then the last events.',
    tool: {
      about:
        'What every agent does or why it does nothing, how its last run ended, when it is due next, and what happened last. Ask this first.',
    },
    params: z.object({}),
    result: StatusResult,
  }),
}
