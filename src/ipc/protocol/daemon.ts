import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

const LogLevel = z.enum(['debug', 'info', 'warn', 'error'])

export const daemonVerbs = {
  stop: entry({
    route: routes.stop,
    who: 'operator',
    about: 'Stops the daemon: no new work, runs get their grace, then are ended and recorded.',
    params: z.strictObject({}),
    result: z.object({ ok: z.literal(true), pid: z.int().describe('The process to wait for.') }),
  }),
  restart: entry({
    route: routes.restart,
    who: 'operator',
    about: 'Hands over: the daemon leaves, every run goes on and is adopted by the next daemon.',
    params: z.strictObject({}),
    result: z.object({ ok: z.literal(true), pid: z.int().describe('The process to wait for.') }),
  }),
  logLevel: entry({
    route: routes.logLevel,
    who: 'operator',
    about: 'Sets how much the daemon says in its log until it ends; without a level it only tells.',
    params: z.strictObject({ level: LogLevel.optional().describe('What is less grave is not said.') }),
    result: z.object({ ok: z.literal(true), level: LogLevel.describe('The one in force.') }),
  }),
}
