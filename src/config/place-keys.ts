/** The keys of an agent that say where it works, a part of the one table of keys. */
import type { Key } from './key.ts'

export const agentPlace = {
  workspace: {
    type: 'path',
    default: 'required',
    example: '"~/agents"',
    rule: 'not inside state_dir, core_dir or the folder of marrow.toml; one for each project',
    meaning: 'The folder that the agent may write: `context.d/`, `tasks/`, `runtime/`.',
  },
  work_dir: {
    type: 'path',
    default: 'the workspace',
    meaning: 'The folder that the agent works on, usually a git repository.',
  },
  worktree: {
    type: 'boolean',
    default: '`false`',
    rule: 'with a work_dir that is the top of a git repository and does not hold the workspace',
    meaning:
      'The agent works on a branch of its own, `marrow/<agent>`, in `<workspace>/worktrees/<agent>`: [worktrees.md](worktrees.md).',
  },
  project: {
    type: 'text',
    default: 'what stands behind `@` in its name, else `default`',
    rule: 'letters, digits, space, `-`, `_`, `.`',
    meaning: 'To which project the agent belongs. Its agents share a workspace, and a queue of tasks.',
  },
} as const satisfies Record<string, Key>
