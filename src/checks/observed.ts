/** Owns the facts that doctor looks at: what `observe.ts` gathers and `findings.ts` judges. */
import type { Problem } from '../base/errors.ts'

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

export interface AgentFacts {
  readonly name: string
  readonly workspace: FolderFacts
  readonly workDir: FolderFacts
  readonly contextDirs: readonly FolderFacts[]
  /** The regular files of the context folders. */
  readonly contextFiles: readonly { readonly path: string; readonly executable: boolean }[]
  /** Context providers that are left out for another reason than these files' modes. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
  /** The first word of `agent_command`, looked up on the PATH of a run. */
  readonly program: { readonly word: string; readonly found: boolean }
  /** Undefined when the agent has no role. `folders`: where it was looked for, the operator's first. */
  readonly role:
    | { readonly name: string; readonly found: boolean; readonly folders: readonly string[] }
    | undefined
  readonly gateWritten: boolean
}

export interface Observed {
  /** The path of the configuration. */
  readonly config: string
  readonly warnings: readonly Problem[]
  readonly syncEnabled: boolean
  readonly node: { readonly version: string; readonly minimum: string }
  readonly programs: { readonly git: boolean; readonly tmux: boolean }
  /** `disk` is that of the nearest folder that exists; undefined when the system does not tell. */
  readonly state: FolderFacts & { readonly disk: DiskFacts | undefined }
  readonly socket: { readonly enabled: boolean; readonly path: string; readonly bytes: number }
  readonly core: { readonly path: string; readonly exists: boolean; readonly hasRules: boolean }
  readonly agents: readonly AgentFacts[]
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
