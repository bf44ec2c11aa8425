import type { AdapterName, PromptVia } from '../config/config.ts'

/** What one agent CLI needs to be started and understood. A folder per CLI; pure. */
export interface Adapter {
  readonly name: AdapterName
  /** How the prompt is delivered unless the configuration says otherwise. */
  readonly promptVia: PromptVia
  /** Variables that this CLI wants in an unattended run of at most `timeoutMs`; the operator's own values win. */
  readonly env: (timeoutMs: number) => Readonly<Record<string, string>>
  /** The words to start, from the configured ones: adds only flags that are not there. */
  readonly words: (request: WordsRequest) => Delivery
  /** Files without which the CLI would quietly do something else than its words say; looked at before a start. */
  readonly presumes?: (words: readonly string[], env: Environment) => readonly Presumption[]
  /** What a run said, in order. Never throws: cut and malformed output is data. */
  readonly events: (output: RunOutput) => AgentEvent[]
  /** Judges what a run printed. Never throws either. */
  readonly read: (output: RunOutput) => Reading
  /** What it must find in its home to be logged in and to remember its conversations. */
  readonly needs: Needs
}

type Environment = Readonly<Record<string, string | undefined>>

/** What must hold of a file. */
export interface Presumption {
  /** Absolute. */
  readonly path: string
  readonly must: 'be there' | 'be JSON if it is there'
  /** The failure when it is not: a reason without full stop. */
  readonly otherwise: string
}

/** Where a CLI keeps what it needs between runs. Paths are below HOME, or below the folder that `homeVariable` names. */
export interface Needs {
  /** The variable that moves all of it elsewhere, with the folder below HOME that it replaces. */
  readonly home: { readonly variable: string; readonly folder: string } | undefined
  readonly login: {
    /** Any one of them holds a login. */
    readonly files: readonly string[]
    /** Any one of them is a login, and bills somebody: marrow passes none of them unless the operator says so. */
    readonly variables: readonly string[]
    /** What a person does to log in. */
    readonly how: string
  }
  /** Its conversations, so that one can be opened again. */
  readonly conversations: readonly string[]
}

/** One thing that an agent CLI said, in the same words for all of them. */
export type AgentEvent =
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'text'; readonly text: string }
  /** A tool call with its input on one line. `failed` says why it did not work; undefined: it did, or nothing was said. */
  | {
      readonly kind: 'tool'
      readonly name: string
      readonly input: string
      readonly failed: string | undefined
    }
  /** Figures that add up over a run. */
  | { readonly kind: 'usage'; readonly usage: Usage; readonly costUsd: number | undefined }
  /** The model's service refused for now; the CLI waits and tries again by itself. */
  | { readonly kind: 'limit'; readonly failure: Failure }
  | { readonly kind: 'result'; readonly text: string }
  | { readonly kind: 'error'; readonly failure: Failure }

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
  /** Epoch ms at which stderr was last written to, where that is known. */
  readonly stderrAt?: number | undefined
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
  /** What the CLI was still trying to get over when its output ended. */
  readonly stalled: Failure | undefined
}
