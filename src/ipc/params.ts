/** Owns how the parameters of a verb are checked on their way in. Pure. */
import type { z } from 'zod'
import { MarrowError } from '../base/errors.ts'

/** What the handler gets, with defaults filled in. Throws BAD_REQUEST that names everything that is wrong. */
export function checkedParams<Params>(schema: z.ZodType<Params>, given: unknown): Params {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new MarrowError('BAD_REQUEST', parsed.error.issues.map(sentence).join('; '))
}

/** Our own messages name the parameter already; zod's need its name before them. */
function sentence({ code, message, path }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') return message
  if (path.length === 0) return `the parameters are not an object: ${message}`
  return message.endsWith(' is required') ? message : `${path.join('.')}: ${message}`
}
