import type { AdapterName, PromptVia } from '../config/config.ts'

/** What one agent CLI needs to be started and understood. One file per CLI; pure. */
export interface Adapter {
  readonly name: AdapterName
  /** How the prompt is delivered unless the configuration says otherwise. */
  readonly promptVia: PromptVia
  /** Variables that this CLI wants in an unattended run; the operator's own values win. */
  readonly env: Readonly<Record<string, string>>
  /** The words to start, from the configured ones: adds only flags that are not there. */
  readonly words: (request: WordsRequest) => Delivery
  /** Reads what a run printed. Never throws: cut and malformed output is data. */
  readonly read: (output: RunOutput) => Reading
}

export interface WordsRequest {
  /** The configured words with placeholders already filled in. */
  readonly words: readonly string[]
  readonly promptVia: PromptVia
  /** True when the configured words contained `{prompt}` or `{prompt_file}`: the operator delivers it, nothing is added. */
  readonly promptPlaced: boolean
  readonly prompt: string
  /** Where the prompt lies in the run folder, for a CLI that reads it from a file. */
  readonly promptFile: string
  readonly workDir: string
  readonly workspace: string
}

/** What is started, and whether the prompt goes to its stdin (else stdin is empty). */
export interface Delivery {
  readonly words: readonly string[]
  readonly promptOnStdin: boolean
}

/** What a run left: its capped output and how the process ended. */
export interface RunOutput {
  readonly stdout: string
  readonly stderr: string
  /** The code of the launcher's `exit` file: the process's own, 128 + n for a signal. */
  readonly exitCode: number
  /** Epoch ms of the end, to turn "retry after 30 s" into a time. */
  readonly endedAt: number
}

/** Tokens of a whole run, summed over its requests. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
}

/** Why a run failed although (or because) it ended by itself. */
export type Failure =
  | { readonly reason: 'exit-code'; readonly detail: string }
  | { readonly reason: 'authentication'; readonly detail: string }
  | { readonly reason: 'rate-limit'; readonly detail: string; readonly until: number | undefined }
  | { readonly reason: 'connection'; readonly detail: string }
  | { readonly reason: 'permission-denied'; readonly detail: string }
  | { readonly reason: 'wrong-agent'; readonly detail: string }
  | { readonly reason: 'no-result'; readonly detail: string }
  | { readonly reason: 'error'; readonly detail: string }

/** What the output says. `failure` is set when it says that the work was not done, whatever the exit code. */
export interface Reading {
  /** The CLI's last words; undefined when it printed none that can be told apart. */
  readonly result: string | undefined
  readonly usage: Usage | undefined
  readonly costUsd: number | undefined
  /** The CLI's own session id, with which the conversation can be opened again. */
  readonly cliSession: string | undefined
  readonly failure: Failure | undefined
}
