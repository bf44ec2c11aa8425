import type { Problem } from '../base/errors.ts'
import type { Limits } from '../isolation/limits.ts'
import type { LimitName } from '../limits/words.ts'

/** When an agent's slots are: every so many seconds from its first tick on, or at the minutes that a cron line names. */
export type Schedule =
  | { readonly kind: 'interval'; readonly intervalMs: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timezone: string | undefined }

/** The part of the day in which slots count; `to` may be before `from` (over midnight). Minutes since midnight. */
export interface ActiveHours {
  readonly fromMinute: number
  readonly toMinute: number
  readonly timezone: string | undefined
}

/** How the prompt reaches the agent CLI. */
export type PromptVia = 'stdin' | 'argument' | 'file'

/** What wakes an agent before its next slot: a new file in a handoff folder to it, or in `tasks/queue`. */
export type WakeSource = 'handoff' | 'tasks'

/** The environment of a run beyond the fixed one: names passed on from the daemon's, and explicit values. */
export interface EnvPolicy {
  readonly pass: readonly string[]
  readonly set: Readonly<Record<string, string>>
}

/** Whether runs must be behind a wall, are where the machine can, or never are. */
export type IsolationMode = 'required' | 'preferred' | 'off'

/** What a run sees and may take beyond what every run does. Paths are absolute. */
export interface IsolationConfig {
  readonly mode: IsolationMode
  readonly readOnly: readonly string[]
  readonly readWrite: readonly string[]
  readonly network: boolean
  /** Files that hold secrets, shown to the run because the operator named them. */
  readonly secrets: readonly string[]
  readonly limits: Limits
  /** The name of the system's user that a run is started as; undefined: the daemon's own. */
  readonly user: string | undefined
  /** Started without a wall even if its command works without asking for permission. */
  readonly bypassWithoutIsolation: boolean
}

/** What may be spent on a day, by the keys of the file; a limit that is not written is not there. */
export type SpendingLimits = { readonly [Name in LimitName]?: number }

/** One `[[agents]]` entry, complete: every default filled in, every path absolute. */
export interface AgentConfig {
  readonly name: string
  readonly slug: string
  readonly schedule: Schedule
  readonly catchUp: 'once' | 'skip'
  readonly activeHours: ActiveHours | undefined
  /** The deadline of a run (`heartbeat_timeout`); counts only time that the machine was awake. */
  readonly timeoutMs: number
  /** How long a run may be silent before it is shown as stale; 0: for ever. */
  readonly staleAfterMs: number
  /** The words of `agent_command`, placeholders not yet filled in. */
  readonly command: readonly string[]
  /** The project that it belongs to; `default` where the file names none. */
  readonly project: string
  readonly workspace: string
  /** With a worktree of its own that worktree, whether it has been made or not. */
  readonly workDir: string
  /** The repository of which it has a worktree of its own; undefined: it works in `work_dir` itself. */
  readonly repository: string | undefined
  readonly contextDirs: readonly string[]
  /** The role's name as written; found as Markdown in the operator's layer, then in the core. */
  readonly role: string | undefined
  /** Whether the role goes by the CLI's own means where it has any, only so, or with the prompt. */
  readonly roleVia: 'auto' | 'native' | 'prompt'
  readonly adapter: AdapterName
  /** Undefined: what the adapter does by itself. */
  readonly promptVia: PromptVia | undefined
  readonly env: EnvPolicy
  readonly isolation: IsolationConfig
  readonly limits: SpendingLimits
  readonly gate: 'always' | 'changed'
  /** False when the file has no `gate` key for this agent, so that doctor can hint at it. */
  readonly gateWritten: boolean
  readonly maxQuietMs: number
  readonly wakeOn: readonly WakeSource[]
  /** 0 switches the limit off. */
  readonly logRetentionDays: number
  /** Runs kept per agent; 0 switches the limit off. The last 20 failed ones are always kept. */
  readonly logMaxCount: number
}

/** Where the operator is told what cannot wait. Addresses may hold a password or a token: they are shown nowhere. */
export interface NotifyConfig {
  /** The words of a program; none: no program. */
  readonly command: readonly string[]
  readonly webhook: string | undefined
  readonly ntfy: string | undefined
  readonly desktop: boolean
  /** `08:00`, in the machine's time; undefined: no report is sent. */
  readonly digestAt: string | undefined
}

/** How runs hand work to other roles. */
export interface DelegationConfig {
  /** The words that are started; undefined: those of the accountable agent. */
  readonly command: readonly string[] | undefined
  /** By role (`l3/coder`) or level (`l3`), in lower case. */
  readonly commands: Readonly<Record<string, readonly string[]>>
  /** Hops from the first run of a lineage. */
  readonly depthMax: number
  /** At one time: for one run, for one agent, in all. */
  readonly childrenPerRun: number
  readonly childrenPerAgent: number
  readonly childrenMax: number
  /** The deadline of a run for which nobody says one. */
  readonly timeoutMs: number
}

/** The agent CLIs that marrow knows by name. */
export type AdapterName = 'claude' | 'codex' | 'gemini' | 'opencode' | 'generic'

/** All of `marrow.toml`, complete and checked. */
export interface Config {
  /** The file that was read, absolute. Its folder is the operator's layer. */
  readonly path: string
  readonly operatorDir: string
  readonly stateDir: string
  readonly coreDir: string
  readonly agents: readonly AgentConfig[]
  /** Of all agents together. */
  readonly limits: SpendingLimits
  readonly ipc: { readonly enabled: boolean; readonly socketPath: string; readonly taskDir: string }
  readonly notify: NotifyConfig
  readonly delegation: DelegationConfig
  /** What is kept of the journal; 0 switches a limit off. */
  readonly journal: { readonly maxDays: number; readonly maxEvents: number }
  readonly sync: {
    readonly enabled: boolean
    readonly intervalMs: number
    readonly failureBackoffMs: number
    readonly stateFile: string
    readonly lockFile: string
  }
  readonly maxConcurrentRuns: number
  readonly stopGraceMs: number
  readonly contextTimeoutMs: number
  /** Names of workspace context providers that may replace a shipped one of the same name. */
  readonly contextReplace: readonly string[]
  /** Mistakes that do not stop the file from being used: clamped values, layouts that are allowed but unwise. */
  readonly warnings: readonly Problem[]
}
