/** How a conversation of Claude Code is opened again in its own screen. */
import type { ReopenWords } from '../adapter.ts'
import { reopened, type KeptFlags } from '../reopen.ts'
import { claudePattern } from './settings.ts'

const flags: KeptFlags = {
  switches: [
    '--allow-dangerously-skip-permissions',
    '--bare',
    '--dangerously-skip-permissions',
    '--disable-slash-commands',
    '--restricted',
    '--safe-mode',
    '--strict-mcp-config',
  ],
  values: [
    '--agent',
    '--agents',
    '--append-system-prompt',
    '--append-system-prompt-file',
    '--effort',
    '--model',
    '--permission-mode',
    '--plugin-dir',
    '--plugin-url',
    '--setting-sources',
    '--settings',
    '--system-prompt',
    '--system-prompt-file',
  ],
  lists: [
    '--add-dir',
    '--allowedTools',
    '--allowed-tools',
    '--betas',
    '--disallowedTools',
    '--disallowed-tools',
    '--mcp-config',
    '--tools',
  ],
}

/** `claude … --resume ID`. */
export function reopen(words: readonly string[], session: string): ReopenWords {
  return reopened(words, session, {
    name: claudePattern,
    flags,
    // In front: a list would take what follows it.
    build: (kept) => [...kept.program, '--resume', session, ...kept.flags],
  })
}
