/** How a run is given its role by its own agent CLI, so that no file that an agent may write says what the run is. */
import type { TargetSettings } from '../roles/cast/target.ts'
import type { LinkedRole } from '../roles/role.ts'
import type { Skill } from '../roles/skills.ts'

/** A run that is to work in a role. */
export interface RoleRequest {
  /** The configured words with placeholders already filled in. */
  readonly words: readonly string[]
  /** The variables that the run gets otherwise. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly role: LinkedRole
  /** The roles that it may call by the CLI's own means. They call nobody. */
  readonly callees: readonly LinkedRole[]
  /** Those that the role and its callees name. */
  readonly skills: readonly Pick<Skill, 'name' | 'description' | 'body'>[]
  readonly settings: TargetSettings
  /** How the CLI knows each role, by id: what `namesIn` says for these settings. */
  readonly names: ReadonlyMap<string, string>
  /** A folder of this run alone, absolute, which the run can read and not write. */
  readonly folder: string
  /** As the system knows it, without links in it. */
  readonly workDir: string
  /** Where the files lie that marrow tells its agents of; as the system knows it. */
  readonly workspace: string
  /** The folder of marrow's own executables, absolute, which the run can read and not write. */
  readonly programBin: string
  /** The words that start marrow's own MCP server for this run; undefined: it is offered none. */
  readonly mcp: readonly string[] | undefined
}

/** What a run is started with so that its CLI knows the role. */
export type RoleDelivery = NativeRole | RefusedRole

/** Everything that a start needs. */
export interface NativeRole {
  readonly kind: 'native'
  /** In place of the configured ones. */
  readonly words: readonly string[]
  /** Over those that the run would get otherwise. */
  readonly env: Readonly<Record<string, string>>
  /** Written into the folder before the start, readable for the run's user. Paths are relative to it. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** Whether what it prints has to show that its guards are in force, as `guarded` reads it; false: wherever the role is, they are. */
  readonly provesGuard: boolean
}

/** The words cannot carry a role. A reason without full stop, and what to write instead. */
export interface RefusedRole {
  readonly kind: 'refused'
  readonly reason: string
  readonly fix: string
}

/** The name of marrow's own MCP server in every CLI. */
export const MCP_SERVER = 'marrow'

/** For the delivery of a role that its words or its names make impossible. */
export function refused(reason: string, fix: string): RefusedRole {
  return { kind: 'refused', reason, fix }
}

/** Behind a wrapper with another environment nothing can be promised of the CLI. */
export function refusedWrapper(cli: string): RefusedRole {
  return refused(
    `no word of its command names ${cli} where it has the variables and the files of the run`,
    `Start ${cli} itself in agent_command, without a script, ssh or a container around it.`,
  )
}

/** Two roles have one name there: the one of them that this is cannot be meant. */
export function refusedName(cli: string, id: string): RefusedRole {
  return refused(
    `${cli} has another role of the same name as ${id}`,
    'Rename one of them, or choose output_layout "namespace" in roles.toml.',
  )
}
