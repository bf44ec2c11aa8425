import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

const seconds = z.number()

/** One agent in status. The first eight keys are the old shape (unix seconds); the rest says what it does or why not. */
export const AgentStatus = z.object({
  name: z.string(),
  /** Seconds between slots; for a cron line the distance of the next two. */
  interval: seconds,
  last_tick_at: seconds.nullable(),
  last_tick_duration: seconds.nullable(),
  next_tick_at: seconds.nullable(),
  tick_count: z.number(),
  running: z.boolean(),
  last_error: z.string().nullable(),
  state: z.enum(['running', 'ending', 'assembling', 'waiting', 'paused', 'held', 'idle', 'stopping']),
  /** One short phrase: `running 12 s, last output 3 s ago`, `held: rate limit until 14:00`. */
  doing: z.string(),
  run: z.string().nullable(),
  running_since: seconds.nullable(),
  last_output_at: seconds.nullable(),
  last_outcome: z.string().nullable(),
  quiet_since: seconds.nullable(),
  quiet_count: z.number(),
  tokens_saved: z.number(),
  missed_count: z.number(),
  held_until: seconds.nullable(),
  held_reason: z.string().nullable(),
  no_progress: z.string().nullable(),
  triggers_pending: z.number(),
  provider_failures: z.array(z.string()),
})
export type AgentStatus = z.infer<typeof AgentStatus>

/** One journal row as it goes over the wire. */
export const EventView = z.object({
  id: z.number(),
  at: z.string(),
  kind: z.string(),
  agent: z.string().nullable(),
  run: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})
export type EventView = z.infer<typeof EventView>

export const StatusResult = z.object({
  started_at: seconds,
  uptime: seconds,
  agents: z.record(z.string(), AgentStatus),
  version: z.string(),
  pid: z.number(),
  config: z.string(),
  state_dir: z.string(),
  /** The first line of every status while work is held. */
  paused: z.object({ since: seconds, reason: z.string(), by: z.enum(['operator', 'file']) }).nullable(),
  stopping: z.boolean(),
  /** What is wrong with the file on disk while the last good one stays in force. */
  config_problems: z.array(z.string()),
  warnings: z.array(z.string()),
  /** What this daemon found at its start: runs taken over, ended while no daemon ran, lost. */
  adopted: z.object({ adopted: z.number(), finished: z.number(), lost: z.number(), unstarted: z.number() }),
  runs_open: z.number(),
  runs_max: z.number(),
  events: z.array(EventView),
})
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
    params: z.object({}),
    result: StatusResult,
  }),
  events: entry({
    route: routes.events,
    who: 'operator',
    about: 'The journal: the last rows, or with `after` those behind that id.',
    params: z.object({
      after: z.coerce.number().int().min(0).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(50),
      kind: z.string().max(100).optional(),
      agent: z.string().max(100).optional(),
    }),
    result: z.object({ events: z.array(EventView) }),
  }),
}
