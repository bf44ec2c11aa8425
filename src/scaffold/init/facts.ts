/** Owns what `marrow init` knows before it asks and looks up while it asks. All paths are absolute. */
import type { AdapterName } from '../../config/config.ts'

/** An agent CLI that is on PATH. */
export interface FoundCli {
  readonly name: Exclude<AdapterName, 'generic'>
  readonly path: string
  /** Undefined when it does not say. */
  readonly version: string | undefined
  readonly login: FoundLogin
}

/** Whether a run would be logged in, as the CLI itself says where it can be asked. */
export type FoundLogin =
  /** `by`: the variable of the operator's environment that is the login, which runs have to be passed; undefined: a login of the CLI's own. */
  | { readonly state: 'in'; readonly by: string | undefined }
  | { readonly state: 'out'; readonly how: string }
  /** It cannot be asked, and no file or variable tells. */
  | { readonly state: 'unknown'; readonly how: string }

/** What does not depend on any answer. */
export interface InitFacts {
  readonly clis: readonly FoundCli[]
  /** The repository around the current folder, else that folder. */
  readonly folder: string
  /** Undefined: runs can be isolated on this machine. */
  readonly noWall: { readonly reason: string; readonly fix: string } | undefined
  /** Variables of the operator's environment with which one may push over https. */
  readonly tokens: readonly string[]
  /** Private keys of the operator, in the order in which ssh tries them. */
  readonly keys: readonly string[]
  /** Whether a notice can appear on this machine's screen. */
  readonly desktop: boolean
  /** The configuration that is extended; undefined: the first one is written. */
  readonly existing: Existing | undefined
}

/** What a configuration says already. */
export interface Existing {
  readonly path: string
  readonly projects: readonly string[]
  /** The folders that its agents work on, with the agents' names. */
  readonly workDirs: readonly { readonly path: string; readonly agent: string }[]
  readonly hasNotify: boolean
}

/** A folder as an answer names it. */
export type FoundFolder =
  | { readonly kind: 'folder'; readonly path: string; readonly repository: FoundRepository | undefined }
  | { readonly kind: 'unusable'; readonly reason: string; readonly fix: string }

/** The repository that a folder lies in. */
export interface FoundRepository {
  /** The URL that a push goes to; undefined: there is none. */
  readonly remote: string | undefined
}

/** What has to be looked up for an answer. */
export interface Lookup {
  readonly folder: (written: string) => Promise<FoundFolder>
  /** The absolute path of a program, by its name or path; undefined: there is none. */
  readonly program: (word: string) => string | undefined
  /** Why a key cannot be used to push without a person; undefined: it can. */
  readonly keyProblem: (path: string) => Promise<string | undefined>
  /** Whether a variable is set in the operator's environment. */
  readonly isSet: (variable: string) => boolean
  /** An absolute path of a written one. */
  readonly path: (written: string) => string
}
