/** The seam between the scripted model server and the API dialects that it speaks: one object per dialect. */
import type { ServerResponse } from 'node:http'
import type { ScriptedAnswer } from './model-script.ts'

export interface Conversation {
  /** The newest message of the user. */
  readonly prompt: string
  /** What its tools returned since. */
  readonly toolOutputs: readonly string[]
  /** Assistant messages after that prompt. */
  readonly turn: number
  /** Names of the tools that the client offers. */
  readonly tools: readonly string[]
}

export interface ModelProtocol {
  readonly name: string
  /** The path of its requests, without a leading `/v1`; a pattern where it holds the name of the model. */
  readonly path: string | RegExp
  readonly read: (body: unknown) => Conversation
  readonly answer: (response: ServerResponse, answer: ScriptedAnswer, body: unknown, path: string) => void
  readonly refuse: (response: ServerResponse, refusal: Refusal) => void
}

/** An HTTP error instead of an answer. */
export interface Refusal {
  readonly code: number
  readonly retryAfter: string | undefined
  /** What the dialect calls it; undefined: whatever it calls this status. */
  readonly type: string | undefined
}
