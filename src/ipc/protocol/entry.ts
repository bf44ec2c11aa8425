import type { z } from 'zod'
import type { routes, Verb } from '../routes.ts'

/** Through which door a verb may be asked. */
export type Who = 'operator' | 'agent' | 'both'

/** One verb: who may ask it, what it takes (query of a GET, JSON body of a POST), what it answers. */
export interface Entry<Params extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> {
  readonly route: (typeof routes)[Verb]
  readonly who: Who
  /** One sentence for the OpenAPI page and the help. */
  readonly about: string
  readonly params: Params
  readonly result: Result
}

/** Keeps the precise schema types of an entry. */
export function entry<Params extends z.ZodType, Result extends z.ZodType>(
  one: Entry<Params, Result>,
): Entry<Params, Result> {
  return one
}
