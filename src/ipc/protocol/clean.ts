import { z } from 'zod'
import { parseTime } from '../../base/time.ts'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

/** One kind of thing that can go, or went. */
export const CleanItem = z
  .object({
    kind: z.enum(['runs', 'login', 'home', 'backup', 'demo', 'state']),
    what: z.string().describe('What it is, for people.'),
    why: z.string().describe('Why nothing is lost with it.'),
    path: z.string().nullable().describe('Where it lies; null: in more than one place.'),
    count: z.int().describe('How many.'),
    bytes: z.number().describe('What it takes on the disk, about.'),
  })
  .meta({ id: 'CleanItem', description: 'Something that is no longer needed.' })
export type CleanItem = z.infer<typeof CleanItem>

const time = z.string().transform((text, context) => {
  const at = parseTime(text, undefined)
  if (at !== undefined) return at
  context.addIssue('is no ISO 8601 time')
  return z.NEVER
})

export const cleanVerbs = {
  clean: entry({
    route: routes.clean,
    who: 'operator',
    about:
      'What has ended and is no longer needed: runs, with their folders and links, logins of agents that are gone, old copies of the store. Lists it, or removes it.',
    params: z.strictObject({
      dry: z.boolean('dry is required').describe('Only list it.'),
      older_ms: z
        .int()
        .min(0)
        .optional()
        .describe('Runs that ended longer ago than this; without it all but the last 20 of each agent.'),
      as_of: time
        .optional()
        .describe('As things stood at this time: what was listed then, and nothing that came later.'),
    }),
    result: z.object({
      as_of: z.string().describe('When it was looked (ISO 8601, UTC).'),
      items: z.array(CleanItem).describe('What can go; or what went.'),
    }),
  }),
}
