/** What the lines of all streams of JSON have in common, for whoever reads them one by one. */
import { z } from 'zod'
import type { LineReading, LiveEvent } from './adapter.ts'
import { readDate } from './failures.ts'
import { parseJson } from './json-lines.ts'

/** Reads a line that holds an event, or a list of events; `eventsOf` tells what one value says. */
export function jsonLine(line: string, eventsOf: (value: unknown) => readonly LiveEvent[]): LineReading {
  if (!opening.test(line)) return { kind: 'plain' }
  const value = parseJson(line)
  if (value === undefined) return { kind: 'unreadable' }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  const stamps = values.map((one) => Stamped.safeParse(one))
  if (!stamps.some(({ success }) => success)) return { kind: 'plain' }
  const at = stamps.findLast(({ data }) => data?.timestamp !== undefined)?.data?.timestamp
  return { kind: 'told', at, events: values.flatMap(eventsOf) }
}

const opening = /^\s*\[?\{\s*"/
const TIME_MS_MAX = 8.64e15 // The last moment that a Date can tell.

/** Every event of every CLI has a type, and many the time. */
const Stamped = z.object({
  type: z.string(),
  timestamp: z
    .union([z.number(), z.string().transform(readDate).pipe(z.number())])
    .pipe(z.number().min(0).max(TIME_MS_MAX))
    .optional()
    .catch(undefined),
})
