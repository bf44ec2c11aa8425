// Owns what casting is: roles turned into the files of one agent CLI. A file per target beside this one; all pure.
import type { LinkedRole } from '../role.ts'

/** The agent CLIs and editors that roles are cast for. */
export type TargetName = 'opencode' | 'claude' | 'codex' | 'cursor' | 'windsurf'

/** How an id becomes the name in a target: `l2/worker`, `l2__worker`, or the last part `worker`. */
export type Layout = 'preserve' | 'namespace' | 'flatten'

/** One `[targets.NAME]` of roles.toml, complete. */
export interface TargetSettings {
  readonly target: TargetName
  readonly enabled: boolean
  /** Relative to the folder that is cast into. */
  readonly outputDir: string
  readonly layout: Layout
  /** By tier. */
  readonly modelMap: Readonly<Record<string, string>>
  /** By word of `capabilities`: tool ids, and whether they are on. */
  readonly capabilityMap: Readonly<Record<string, Readonly<Record<string, boolean>>>>
}

/** A file to be written, relative to the output folder, without marrow's marker. */
export interface CastFile {
  readonly path: string
  readonly text: string
  /** The role or skill that it was cast from, as its id. */
  readonly of: string
}

/** What one target makes of one role. */
export interface CastTarget {
  readonly name: TargetName
  /** Where it looks for agents, below the output folder. */
  readonly folder: string
  /** Of their files. */
  readonly extension: string
  /** How it names them, for files in this layout. */
  readonly nameLayout: (layout: Layout) => Layout
  /** The text of a file. `names`: the output name of every role that is cast, by id. */
  readonly cast: (role: LinkedRole, settings: TargetSettings, names: ReadonlyMap<string, string>) => string
}
