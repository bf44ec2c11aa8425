/** Owns with which words and variables an agent CLI is started by `marrow init`, with and without the leave to run commands. */
import type { FoundCli } from './facts.ts'

/** What an agent of the new configuration starts. */
export interface AgentCommand {
  /** Undefined for a command that is no CLI that marrow knows. */
  readonly cli: FoundCli['name'] | undefined
  /** The words of `agent_command`. */
  readonly words: readonly string[]
  /** Of `env.set`. */
  readonly env: Readonly<Record<string, string>>
}

interface Way {
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** `asking`: it may change files; a command that it would have to ask for is refused, since nobody is there to answer. */
const ways: Readonly<Record<FoundCli['name'], { readonly free: Way; readonly asking: Way }>> = {
  claude: {
    free: { words: ['--permission-mode', 'bypassPermissions'] },
    asking: { words: ['--permission-mode', 'acceptEdits'] },
  },
  // A folder may be no git repository, which codex would refuse to work in.
  codex: {
    free: { words: ['exec', '--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check'] },
    asking: { words: ['exec', '--sandbox', 'workspace-write', '--skip-git-repo-check'] },
  },
  gemini: {
    free: { words: ['--approval-mode', 'yolo', '--skip-trust'] },
    asking: { words: ['--approval-mode', 'auto_edit', '--skip-trust'] },
  },
  // It runs commands without asking unless it is told otherwise.
  opencode: {
    free: { words: ['run', '--auto'] },
    asking: { words: ['run'], env: { OPENCODE_PERMISSION: '{"bash":"deny"}' } },
  },
}

/** The words for a CLI that was found. */
export function commandOf({ name, path }: Pick<FoundCli, 'name' | 'path'>, free: boolean): AgentCommand {
  const { words, env = {} } = ways[name][free ? 'free' : 'asking']
  return { cli: name, words: [path, ...words], env }
}

/** Whether it tells what a run cost; where it does not, a limit in dollars would hold nothing. */
export function tellsCost(cli: AgentCommand['cli']): boolean {
  return cli === 'claude' || cli === 'opencode'
}
