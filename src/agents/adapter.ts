import type { AdapterName, PromptVia } from '../config/config.ts'
import type { FlagValue } from './flags.ts'
import type { Needs } from './needs.ts'
import type { RoleDelivery, RoleRequest } from './role.ts'

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
  /** Whether its runs tell what they cost, and how much of a plan is used. */
  readonly tells: { readonly cost: boolean; readonly plan: boolean }
  /** What a run said, in order. Never throws: cut and malformed output is data. */
  readonly events: (output: RunOutput) => AgentEvent[]
  /** Judges what a run printed. Never throws either. */
  readonly read: (output: RunOutput) => Reading
  /** What one line of its stdout says, for whoever reads along. `now` in epoch ms. Never throws either. */
  readonly line: (line: string, now: number) => LineReading
  /** Whether it prints while it works when it is started with these words; undefined: that cannot be told. */
  readonly streams: (words: readonly string[]) => boolean | undefined
  /** The words that open a conversation of it in its own screen, from the configured ones. */
  readonly reopen: (words: readonly string[], session: string) => ReopenWords
  /** What it must find in its home to be logged in, to obey the operator, and to remember its conversations. */
  readonly needs: Needs
  /**
   * What lets it work without asking for permission: a flag or a variable, as it stands there. Undefined: neither the words
   * nor the variables say so (its settings may).
   */
  readonly bypass?: (words: readonly string[], env: Environment) => string | undefined
  /** The words behind the wall, for a CLI with a sandbox of its own, which cannot stand inside another one. */
  readonly walled?: (words: readonly string[]) => WalledWords
  /**
   * What starts it in a role that no file of the repository can replace or widen. Undefined: it knows no roles, and gets
   * them with its prompt.
   */
  readonly role?: (request: RoleRequest) => RoleDelivery
  /** What keeps it from starting agents that such a role does not name: a phrase for people. */
  readonly guard?: string
  /**
   * Whether what it has printed so far shows that its guards are in force. `folder`: where the files of its role lie. Undefined:
   * it has not come so far.
   */
  readonly guarded?: (stdout: string, folder: string) => boolean | undefined
  /** How it is asked which agents it knows. Undefined: it knows none by name. */
  readonly agents?: AgentsQuestion
}

/** What an agent CLI is asked, without a request to a model, and how its answer is read. */
export interface AgentsQuestion {
  /** The agent that these words name; undefined: they name none. */
  readonly named: (words: readonly string[]) => FlagValue | undefined
  /** The words of the question, from those of a run. */
  readonly words: (words: readonly string[]) => readonly string[]
  /** Undefined: it reads nothing. */
  readonly stdin: string | undefined
  /** The names that a run may be started by; undefined: that is no answer. */
  readonly read: (stdout: string) => readonly string[] | undefined
}

/** What becomes of the words of a command behind the wall. */
export type WalledWords =
  | {
      readonly kind: 'works'
      readonly words: readonly string[]
      /** What the CLI's own sandbox would have kept from it and the wall does not: phrases that read after "isolated, but". */
      readonly gaps: readonly string[]
    }
  /** They cannot work there. A reason without full stop, and what to write instead. */
  | { readonly kind: 'refused'; readonly reason: string; readonly fix: string }

/** How a conversation is opened again. */
export type ReopenWords =
  | { readonly kind: 'works'; readonly words: readonly string[] }
  /** A reason without full stop. */
  | { readonly kind: 'refused'; readonly reason: string }

type Environment = Readonly<Record<string, string | undefined>>

/** What must hold of a file. */
export interface Presumption {
  /** Absolute. */
  readonly path: string
  readonly must: 'be there' | 'be JSON if it is there'
  /** The failure when it is not: a reason without full stop. */
  readonly otherwise: string
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
      /** What the tool gave, on one line; undefined: nothing was said of it. */
      readonly output: string | undefined
      /** Whether the stream tells of its end. */
      readonly ended: boolean
    }
  /** Figures that add up over a run. */
  | { readonly kind: 'usage'; readonly usage: Usage; readonly costUsd: number | undefined }
  /** The model's service refused for now; the CLI waits and tries again by itself. */
  | { readonly kind: 'limit'; readonly failure: Failure }
  | { readonly kind: 'result'; readonly text: string }
  | { readonly kind: 'error'; readonly failure: Failure }

/** What is said while a run goes on: a call when it begins and when it ends, a text perhaps in pieces. */
export type LiveEvent =
  | Exclude<AgentEvent, { kind: 'tool' }>
  /** A part of a text that goes on with the next piece. */
  | { readonly kind: 'piece'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly input: string }
  | {
      readonly kind: 'returned'
      readonly id: string
      readonly output: string | undefined
      readonly failed: string | undefined
    }

/** What a line of stdout is. */
export type LineReading =
  /** A line of the CLI's own stream; `at` is the epoch ms that it tells, undefined: it tells none. */
  | { readonly kind: 'told'; readonly at: number | undefined; readonly events: readonly LiveEvent[] }
  /** Words of somebody else, or of a CLI that prints nothing but words. */
  | { readonly kind: 'plain' }
  /** It begins like a line of the stream, and is cut or malformed. */
  | { readonly kind: 'unreadable' }

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
  /** How much of its plan the login has used; undefined: it did not say. */
  readonly plan: readonly PlanWindow[] | undefined
}

/** A part of a plan: so much of what may be used until its reset. */
export interface PlanWindow {
  /** The CLI's own name for it, such as `five_hour`. */
  readonly window: string
  /** 0 to 100. */
  readonly usedPercent: number
  /** Epoch ms. */
  readonly resetsAt: number
}
