/** Owns what is there for other programs: what can be asked here, the figures of a metrics system, tools for agent CLIs. */
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
  mcp: entry({
    route: routes.mcp,
    who: 'both',
    about:
      'One message of the Model Context Protocol, and its answer. Nothing is kept between two messages; `marrow mcp` passes them on from stdin.',
    params: z.strictObject({
      message: z.record(z.string(), z.unknown()).describe('A JSON-RPC request or notification.'),
    }),
    result: z.object({
      answer: z
        .record(z.string(), z.unknown())
        .nullable()
        .describe('A JSON-RPC response; null: the message wants none.'),
    }),
  }),
  openapi: entry({
    route: routes.openapi,
    who: 'operator',
    about: 'This page: every verb with its parameters and answers, as OpenAPI 3.1.',
    params: z.object({}),
    result: z.record(z.string(), z.unknown()).describe('An OpenAPI 3.1 document.'),
  }),
}
