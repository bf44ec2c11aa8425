import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

const TestedDestination = z
  .object({
    to: z.string().describe('`the webhook`, `ntfy`, `the command` or `the desktop`; never its address.'),
    ok: z.boolean().describe('Whether it took the notice.'),
    reason: z.string().nullable().describe('Why it did not.'),
    fix: z.string().nullable(),
  })
  .meta({ id: 'TestedDestination', description: 'What became of a test notice at one destination.' })

export const notifyVerbs = {
  notifyTest: entry({
    route: routes.notifyTest,
    who: 'operator',
    about:
      'Sends a test notice to every destination of [notify] and answers when each has taken or refused it.',
    params: z.object({}),
    result: z.object({
      ok: z.boolean().describe('Whether all took it.'),
      destinations: z.array(TestedDestination),
    }),
  }),
}
