/** The JSON lines of an agent CLI. What is read may be anything, and the daemon does nothing else meanwhile. */
import type { z } from 'zod'

// The CLIs' own lines have more than 100 bytes, so that as many do not fit into what is read of a run.
const EVENTS_MAX = 50_000

/** A longer line holds what a tool printed, of which nothing is needed. */
export const LINE_CHARS_MAX = 1_048_576

/**
 * The last events of `stdout` in order; a line that is a list counts as its elements. `isEventLine` tells cheaply what is
 * worth parsing. What is cut, malformed or of another kind is left out.
 */
export function eventsIn<Event>(
  stdout: string,
  isEventLine: (line: string) => boolean,
  schema: z.ZodType<Event>,
): Event[] {
  const lines = stdout.split('\n').filter(isEventLine).slice(-EVENTS_MAX)
  const values = lines.flatMap((line): unknown => parseJson(line))
  return values.slice(-EVENTS_MAX).flatMap((value) => {
    const event = schema.safeParse(value)
    return event.success ? [event.data] : []
  })
}

/** The value of JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
