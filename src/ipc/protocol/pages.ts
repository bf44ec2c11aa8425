/** Owns the pages for other programs: what can be asked here, and the figures of a metrics system. */
import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry, textEntry } from './entry.ts'

export const pageVerbs = {
  metrics: textEntry({
    route: routes.metrics,
    who: 'operator',
    about: 'Counters since the start of the daemon and how things stand, in the text format of Prometheus.',
    params: z.object({}),
    mediaType: 'text/plain; version=0.0.4; charset=utf-8',
    result: z.string(),
  }),
  openapi: entry({
    route: routes.openapi,
    who: 'operator',
    about: 'This page: every verb with its parameters and answers, as OpenAPI 3.1.',
    params: z.object({}),
    result: z.record(z.string(), z.unknown()).describe('An OpenAPI 3.1 document.'),
  }),
}
