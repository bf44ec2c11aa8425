/** Owns the facts that doctor looks at: what `observe.ts` gathers and `findings.ts` judges. */
import type { Standing } from '../isolation/wall.ts'
import type { Problem } from '../base/errors.ts'
import type { Unkept } from '../limits/unkept.ts'
import type { GuardFacts } from './guards.ts'
import type { AgentRole } from '../roles/agent-role.ts'

/** How far a folder can be used by the user who asks. `missing-but-makeable`: a parent of it may be written. */
export type Access =
  | 'writable'
  | 'read-only'
  | 'unreadable'
  | 'not-a-folder'
  | 'missing'
  | 'missing-but-makeable'

export interface FolderFacts {
  readonly path: string
  readonly access: Access
}

/** The disk under a folder; `unknown` where the system does not tell its kind. */
export interface DiskFacts {
  readonly kind: 'local' | 'network' | 'unknown'
  readonly freeBytes: number
  readonly totalBytes: number
}

/** What an agent CLI said of itself, and what it finds to be logged in; undefined where marrow knows nothing of it. */
export interface CliFacts {
  readonly adapter: string
  /** Undefined when it was not asked: not found, or not the program that the command begins with. */
  readonly version:
    | { readonly kind: 'said'; readonly version: string }
    | { readonly kind: 'silent'; readonly reason: string }
    | undefined
  /** The version that marrow is tested with. */
  readonly tested: string
  readonly login: LoginFacts
}

/** What a run of this agent finds of a login. */
export interface LoginFacts {
  /** A file of the CLI's home that holds one. */
  readonly file: string | undefined
  /** Variables that are a login and reach the run. */
  readonly passed: readonly string[]
  /** Variables that are one and stand in the operator's environment, but do not reach the run. */
  readonly withheld: readonly string[]
  /** What a person does to log in. */
  readonly how: string
}

/** What a run is for its agent CLI. `role`: the id of the role that it has. */
export type CliAgentFacts = { readonly role: string | undefined } & (
  | {
      readonly kind: 'asked'
      readonly adapter: string
      /** The agent that a run is started as. */
      readonly name: string
      /** Whether marrow gives it that agent with each start. */
      readonly native: boolean
      readonly answer:
        | { readonly kind: 'known'; readonly names: readonly string[] }
        /** A reason without full stop. */
        | { readonly kind: 'silent'; readonly reason: string }
    }
  /** The words name another agent than its role, which the CLI would know as `known`. */
  | { readonly kind: 'contradicted'; readonly written: string; readonly known: string }
  /** It must have its role from the CLI itself, and cannot. */
  | { readonly kind: 'refused'; readonly reason: string; readonly fix: string }
)

/** What lies where roles are cast to in a workspace. Paths are below it. */
export interface CastFacts {
  readonly folder: string
  readonly agents: readonly string[]
  /** Whether marrow has cast anything there. */
  readonly isCast: boolean
  /** Without marrow's mark, in the place of a cast file or where an earlier casting put one. */
  readonly unmarked: readonly string[]
  /** Marrow's, and changed by somebody. */
  readonly edited: readonly string[]
  /** Marrow's, and not what is to be cast now; or missing. */
  readonly outdated: readonly string[]
  /** What cannot be looked at, without full stop. */
  readonly problems: readonly { readonly problem: string; readonly fix: string }[]
}

/** The repository that a work_dir lies in. */
export interface GitFacts {
  /** Why git refuses to work there; undefined: it does not. */
  readonly refusal: string | undefined
  /** Whether a commit has an author: name and address. */
  readonly identity: boolean
}

export interface AgentFacts {
  readonly name: string
  readonly workspace: FolderFacts
  /** Of an agent with a worktree the repository: the worktree is made when it is needed. */
  readonly workDir: FolderFacts
  /** Why no worktree can be made of its work_dir; undefined: one can, or none is wanted. */
  readonly worktreeProblem: string | undefined
  readonly contextDirs: readonly FolderFacts[]
  /** The regular files of the context folders. */
  readonly contextFiles: readonly { readonly path: string; readonly executable: boolean }[]
  /** Folders below its workspace that marrow does not use, and what to do. */
  readonly obstacles: readonly { readonly problem: string; readonly fix: string }[]
  /** Context providers that are left out for another reason than these files' modes. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
  /** The first word of `agent_command`, looked up on the PATH of a run. */
  readonly program: { readonly word: string; readonly found: boolean }
  /** Undefined when the agent has no role. `folders`: where it was looked for, the operator's first. */
  readonly role:
    | { readonly name: string; readonly folders: readonly string[]; readonly meaning: RoleMeaning }
    | undefined
  readonly gateWritten: boolean
  /** Limits on its spending that its agent CLI cannot be held to. */
  readonly unkeptLimits: readonly Unkept[]
  readonly standing: Standing
  /** Undefined where the work_dir is in no repository, or git is missing. */
  readonly git: GitFacts | undefined
  readonly cli: CliFacts | undefined
  /** Undefined where its command is no agent by name. */
  readonly cliAgent: CliAgentFacts | undefined
  /** Failures of files without which the agent CLI would do something else than its command says. */
  readonly presumed: readonly string[]
  /** Context providers that were run and failed; each is run once, for the first agent that has it. */
  readonly failedProviders: readonly { readonly path: string; readonly reason: string }[]
}

/** What the role of an agent means, without what stands in it. */
export type RoleMeaning =
  | { readonly kind: 'found' | 'custom' }
  | Exclude<AgentRole, { readonly kind: 'found' | 'custom' }>

/** What a file of marrow's state allows to whom. */
export interface RightsFacts {
  readonly path: string
  /** Another user may write it. */
  readonly othersWrite: boolean
  /** Another user may read it. */
  readonly othersRead: boolean
  /** It belongs to somebody else than the user who asks. */
  readonly foreign: boolean
}

/** The store as it was found; reading it changes nothing. */
export type StoreFacts =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'whole'; readonly schema: number; readonly readableFrom: number }

/** The daemon that answers at the socket. */
export type DaemonFacts =
  | { readonly kind: 'none' }
  /** Somebody listens and gives no answer, or one that cannot be read. */
  | { readonly kind: 'silent'; readonly reason: string; readonly fix: string }
  | {
      readonly kind: 'answers'
      readonly version: string
      readonly config: string
      readonly problems: readonly string[]
      readonly paused: string | undefined
      readonly stopping: boolean
      readonly held: readonly HeldAgent[]
    }

/** What is missing for the ways on which the operator is told. */
export interface NotifyFacts {
  /** Programs. */
  readonly missing: readonly string[]
  /** Notices are to be shown on a desktop, and none is there. */
  readonly noSession: boolean
}

/** An agent that its failures hold back. */
export interface HeldAgent {
  readonly name: string
  readonly reason: string
  /** Until then, as ISO time; undefined: until somebody resumes it. */
  readonly until: string | undefined
}

/** A worktree that nobody wants any more, and that holds something. */
export interface KeptWorktree {
  readonly agent: string
  readonly path: string
  readonly branch: string
  readonly reason: string
  /** The command that shows it. */
  readonly look: string
}

/** Everything. What only a configuration can tell is undefined, or empty, when there is none that can be used. */
export interface Observed {
  /** The path of the configuration; undefined: none was found. */
  readonly config: string | undefined
  /** What keeps the configuration from being used. */
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** Whether any user of the machine may write the configuration. */
  readonly configOpen: boolean
  readonly syncEnabled: boolean
  readonly notify: NotifyFacts
  /** Of this program. */
  readonly version: string
  readonly node: { readonly version: string; readonly minimum: string }
  readonly programs: { readonly git: boolean; readonly tmux: boolean }
  /** TZ, when it names no time zone that this machine knows. */
  readonly unknownZone: string | undefined
  /** The newest file that marrow wrote, when its time is still to come; ms from now. */
  readonly future: { readonly path: string; readonly ms: number } | undefined
  /** The program's own launcher, when it cannot be started. */
  readonly brokenLauncher: string | undefined
  readonly state: StateFacts | undefined
  readonly core: CoreFacts | undefined
  /** In files of the core and of the operator: of roles, skills and roles.toml. */
  readonly roleMistakes: readonly Problem[]
  /** In roles and skills that agents may write, and commands for roles that there are not. */
  readonly roleWarnings: readonly Problem[]
  readonly agents: readonly AgentFacts[]
  readonly cast: readonly CastFacts[]
  readonly worktreesKept: readonly KeptWorktree[]
  /** Of the agents that have a role. */
  readonly guards: readonly GuardFacts[]
  readonly daemon: DaemonFacts
}

export interface StateFacts extends FolderFacts {
  /** Of the nearest folder that exists; undefined when the system does not tell. */
  readonly disk: DiskFacts | undefined
  /** The folder itself and what in it is only for its owner; what is missing is not among them. */
  readonly rights: readonly RightsFacts[]
  readonly socket: SocketFacts
  readonly store: StoreFacts
  /** The number of the schema that this program writes. */
  readonly schema: number
}

export interface SocketFacts {
  readonly enabled: boolean
  readonly path: string
  readonly bytes: number
  /** What is at the path. */
  readonly kind: 'socket' | 'nothing' | 'other'
  /** The folder that it is made in. */
  readonly folder: FolderFacts
}

export interface CoreFacts {
  readonly path: string
  readonly exists: boolean
  readonly hasRules: boolean
  /** Why the rules of core or operator cannot be read; undefined: they can. */
  readonly rulesProblem: string | undefined
}

/** Numbers that Linux gives network file systems in statfs: NFS, SMB (two), CIFS, AFS, Coda, Lustre, Ceph, 9P. */
const networkDisks = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x5346414f, 0x73757245, 0x0bd00bd0, 0x00c36400, 0x01021997,
])
const FUSE = 0x65735546 // sshfs and local file systems alike.

/** The kind of a disk by the `type` of statfs; only Linux gives numbers that say something. */
export function diskKind(type: number, platform: string): DiskFacts['kind'] {
  if (platform !== 'linux') return 'unknown'
  const unsigned = type >>> 0 // Some machines give the number signed.
  if (unsigned === FUSE) return 'unknown'
  return networkDisks.has(unsigned) ? 'network' : 'local'
}
