/** Owns what one line of the protocol table is: a verb with its route, its parameters and the form of its answer. */
import type { z } from 'zod'
import type { routes, Verb } from '../routes.ts'

/** Through which door a verb may be asked. */
export type Who = 'operator' | 'agent' | 'both'

/** How an agent CLI is offered a verb over the Model Context Protocol. */
export interface ToolWords {
  /** Undefined: the verb's own name, as in `show_run`. */
  readonly name?: string
  /** For a model: what it gets, and when to ask. */
  readonly about: string
}

/** How a verb answers: one JSON value, one text of a media type of its own, or server-sent events without an end. */
export type Form = 'json' | 'text' | 'stream'

/** What a verb is, whatever its answer: who may ask it, what it takes (query of a GET, JSON body of a POST). */
interface Question<Params extends z.ZodType, Result extends z.ZodType, W extends Who> {
  readonly route: (typeof routes)[Verb]
  readonly who: W
  /** One sentence for the OpenAPI page and the help. */
  readonly about: string
  readonly params: Params
  readonly result: Result
}

/** A verb whose result is one JSON value. */
export interface JsonEntry<
  Params extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
  W extends Who = Who,
> extends Question<Params, Result, W> {
  readonly form: 'json'
  /** Undefined: it is no tool. */
  readonly tool?: ToolWords
}

/** A verb whose result is one text, sent as it is. */
export interface TextEntry<
  Params extends z.ZodType = z.ZodType,
  Result extends z.ZodType<string> = z.ZodType<string>,
  W extends Who = Who,
> extends Question<Params, Result, W> {
  readonly form: 'text'
  /** The whole content type, such as `text/plain; charset=utf-8`. */
  readonly mediaType: string
}

/** A verb whose result is one message of its stream; the request header `Last-Event-ID` stands in for its `after`. */
export interface StreamEntry<
  Params extends z.ZodType = z.ZodType,
  Result extends z.ZodType<StreamMessage> = z.ZodType<StreamMessage>,
  W extends Who = Who,
> extends Question<Params, Result, W> {
  readonly form: 'stream'
}

/** One verb of any form. */
export type Entry = JsonEntry | TextEntry | StreamEntry

/** One server-sent event. Without `data` it tells only where a client may resume: no client shows it to its reader. */
export interface StreamMessage {
  readonly id?: number | undefined
  readonly event?: string | undefined
  readonly data?: unknown
}

/** An entry that answers in JSON; keeps the precise types of its schemas, as the next two do. */
export function entry<Params extends z.ZodType, Result extends z.ZodType, W extends Who>(
  one: Omit<JsonEntry<Params, Result, W>, 'form'>,
): JsonEntry<Params, Result, W> {
  return { ...one, form: 'json' }
}

/** An entry that answers with text. */
export function textEntry<Params extends z.ZodType, Result extends z.ZodType<string>, W extends Who>(
  one: Omit<TextEntry<Params, Result, W>, 'form'>,
): TextEntry<Params, Result, W> {
  return { ...one, form: 'text' }
}

/** An entry that answers with server-sent events. */
export function streamEntry<Params extends z.ZodType, Result extends z.ZodType<StreamMessage>, W extends Who>(
  one: Question<Params, Result, W>,
): StreamEntry<Params, Result, W> {
  return { ...one, form: 'stream' }
}
