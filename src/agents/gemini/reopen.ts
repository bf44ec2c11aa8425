/** How a conversation of Gemini CLI is opened again in its own screen. */
import type { ReopenWords } from '../adapter.ts'
import { reopened, type KeptFlags } from '../reopen.ts'
import { geminiPattern } from './permissions.ts'

const flags: KeptFlags = {
  switches: ['-d', '--debug', '-s', '--sandbox', '--screen-reader', '--skip-trust', '-y', '--yolo'],
  values: ['--admin-policy', '--approval-mode', '--approvalMode', '-m', '--model', '--policy'],
  lists: ['--allowed-mcp-server-names', '--allowed-tools', '-e', '--extensions', '--include-directories'],
}

/** `gemini --resume ID …`: besides numbers it takes the id that it prints. */
export function reopen(words: readonly string[], session: string): ReopenWords {
  return reopened(words, session, {
    name: geminiPattern,
    flags,
    build: (kept) => [...kept.program, '--resume', session, ...kept.flags],
  })
}
