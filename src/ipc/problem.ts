/** Owns how a mistake in a file is told to programs. Pure. */
import { z } from 'zod'

export const Problem = z
  .object({
    file: z.string(),
    line: z.int().optional().describe('From 1; missing when the mistake has no place.'),
    key: z.string().describe('As its author would write it: `agents[1].heartbeat_interval`.'),
    reason: z.string(),
    fix: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'One mistake in a file.' })
