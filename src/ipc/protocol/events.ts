/** Owns the journal as it goes over the wire: pages of it, and the stream of what happens. */
import { z } from 'zod'
import { parseTime } from '../../base/time.ts'
import { routes } from '../routes.ts'
import { entry, streamEntry } from './entry.ts'
import { EventView } from './status.ts'

const KINDS_MAX = 50

/** Several kinds as several parameters or with commas; a noun means all of its kinds. */
const kind = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(',')))
  .pipe(z.array(z.string().trim().min(1).max(100)).max(KINDS_MAX))
  .optional()
  .describe('`run.ended`, or `run` for all kinds of that noun; several with commas or as several parameters.')

const id = z.coerce.number().int().min(0)
const name = z.string().max(200)

/** Unix seconds or ISO 8601; ms since 1970 for the handler. */
const since = z.string().transform((text, context) => {
  const at = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : parseTime(text, undefined)
  if (at !== undefined) return at
  context.addIssue('neither unix seconds nor an ISO 8601 time')
  return z.NEVER
})

const filter = {
  kind,
  agent: name.optional().describe('Only rows about this agent.'),
  run: name.optional().describe('Only rows about this run.'),
}

/** Which rows a reader lost: `gone` of them, unknown when its id is of another journal; it goes on with `from`. */
export const GapView = z
  .object({
    gone: z.int().nullable().describe('How many rows are lost; null: the id is not of this journal.'),
    from: z.int().describe('The id with which it goes on.'),
  })
  .meta({ id: 'GapView', description: 'Rows that a reader asked for are there no more.' })
export type GapView = z.infer<typeof GapView>

/** One message of the stream: a row, a gap, or only the id up to which the journal was looked at. */
export const EventMessage = z.union([
  z.object({ id: z.number(), event: z.string(), data: EventView }),
  z.object({ id: z.undefined().optional(), event: z.literal('journal.gap'), data: GapView }),
  z.object({ id: z.number(), event: z.undefined().optional(), data: z.undefined().optional() }),
])
export type EventMessage = z.infer<typeof EventMessage>

export const eventVerbs = {
  journal: entry({
    route: routes.journal,
    who: 'operator',
    about:
      'A page of the journal, oldest first: the newest rows that match, or with `after` those behind it.',
    tool: {
      name: 'events',
      about:
        'What happened, oldest first: the newest events that match, or with `after` those behind it. `next_after` is where to go on.',
    },
    params: z.object({
      after: id.optional().describe('The first rows behind this id, instead of the newest.'),
      limit: z.coerce.number().int().min(1).max(1000).default(50).describe('How many rows at most.'),
      ...filter,
      since: since
        .optional()
        .describe('Only what happened at or after this time: ISO 8601, or seconds since 1970.'),
    }),
    result: z.object({
      events: z.array(EventView),
      next_after: z
        .int()
        .describe('The id behind which the next page or the stream goes on, also when no row matched.'),
    }),
  }),
  events: streamEntry({
    route: routes.events,
    who: 'operator',
    about:
      'Events as they happen (server-sent events): from now on, behind the id `after`, or first the `last` ones that match.',
    params: z.object({
      after: id.optional().describe('Begins behind this id.'),
      last: z.coerce
        .number()
        .int()
        .min(0)
        .max(10_000)
        .optional()
        .describe('Begins with so many of the newest rows that match.'),
      ...filter,
    }),
    result: EventMessage,
  }),
}
