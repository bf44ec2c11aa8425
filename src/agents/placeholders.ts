/** Fills the placeholders that an operator may write into `agent_command`. */

export interface PlaceholderValues {
  readonly prompt: string
  /** The path of the prompt in the run folder. */
  readonly promptFile: string
  readonly workspace: string
  readonly workDir: string
  readonly agent: string
  readonly runId: string
  /** How the agent CLI knows the role; empty without one. */
  readonly role: string
}

export interface FilledWords {
  readonly words: readonly string[]
  /** Whether the operator placed the prompt, as `{prompt}` or `{prompt_file}`: then nobody else delivers it. */
  readonly promptPlaced: boolean
}

const valueOf = {
  '{prompt}': 'prompt',
  '{prompt_file}': 'promptFile',
  '{workspace}': 'workspace',
  '{work_dir}': 'workDir',
  '{agent}': 'agent',
  '{run_id}': 'runId',
  '{role}': 'role',
} as const satisfies Record<string, keyof PlaceholderValues>

/** Every placeholder, as it is written. */
export const PLACEHOLDERS = Object.keys(valueOf)

const pattern = new RegExp(PLACEHOLDERS.join('|'), 'g')

/** In one pass, so that braces inside a prompt stay what they are. Unknown `{names}` stay too. */
export function fillPlaceholders(words: readonly string[], values: PlaceholderValues): FilledWords {
  return {
    words: words.map((word) =>
      word.replace(pattern, (name) => (isPlaceholder(name) ? values[valueOf[name]] : name)),
    ),
    promptPlaced: words.some((word) => word.includes('{prompt}') || word.includes('{prompt_file}')),
  }
}

function isPlaceholder(name: string): name is keyof typeof valueOf {
  return Object.hasOwn(valueOf, name)
}
