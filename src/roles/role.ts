// Owns what a role is: one canonical definition, as it stands in one file, with nothing resolved yet.

/** Whose file it is, in order of trust: the installed program's, the operator's, or one that agents may write. */
export type RoleSource = 'core' | 'operator' | 'workspace'

/** How an agent CLI may use it: as the agent of a whole run, as a sub-agent of another one, or both. */
export type RoleMode = 'primary' | 'subagent' | 'all'

/** One entry of `capabilities`: a word (a group, a name of the target's capability map, or a tool), or words with limits. */
export type Capability =
  | { readonly kind: 'word'; readonly word: string }
  /** Only commands that match one of the patterns (`*` stands for anything). */
  | { readonly kind: 'bash'; readonly patterns: readonly string[] }
  /** References to roles, as they are written. */
  | { readonly kind: 'delegate'; readonly roles: readonly string[] }

/** One role file, parsed and checked by itself. References to other roles are as they are written. */
export interface Role {
  /** Its path below the folder of roles, without extension: `l2/review-lead`. `/` on every system. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly mode: RoleMode
  /** The tier that `roles.toml` turns into a model, for each target. */
  readonly tier: string
  readonly temperature: number | undefined
  /** Names of skills. */
  readonly skills: readonly string[]
  /** In the order of the file; never empty (a file without any has `basic`). */
  readonly capabilities: readonly Capability[]
  /** The body: what the agent is told. Trimmed, perhaps empty. */
  readonly prompt: string
  /** 1: scheduled mains, 2: leads, 3: leaf workers. Undefined: neither the file nor its folder says it. */
  readonly level: number | undefined
  /** The file has no front matter: it says who the agent is, and nothing of what it may do. */
  readonly textOnly: boolean
  /** `class: leaf`: it never delegates. */
  readonly leaf: boolean
  readonly scheduled: boolean
  readonly callable: boolean
  /** How many hops may follow from it; undefined: as many as are allowed at all. */
  readonly maxDelegateDepth: number | undefined
  /** References; empty: no rule of its own beyond `delegate`. */
  readonly allowedChildren: readonly string[]
  /** Of a custom role: the leaf role of which it is a variant, as it is written. Undefined in every other. */
  readonly base: string | undefined
  readonly source: RoleSource
  /** The file, absolute. */
  readonly path: string
}

/** A role whose references were found: everything here is an id, the base of a custom role too. */
export interface LinkedRole extends Role {
  /** Whom it may hand work to. */
  readonly delegates: readonly string[]
  readonly children: readonly string[]
}
