/** How a conversation of codex is opened again in its own screen. */
import type { ReopenWords } from '../adapter.ts'
import { reopened, type KeptFlags } from '../reopen.ts'
import { codexPattern } from './sandbox.ts'

const flags: KeptFlags = {
  switches: [
    '--approve-for-me',
    '--dangerously-bypass-approvals-and-sandbox',
    '--dangerously-bypass-hook-trust',
    '--oss',
    '--search',
    '--strict-config',
    '--yolo',
  ],
  values: [
    '-a',
    '--ask-for-approval',
    '-C',
    '--cd',
    '-c',
    '--config',
    '-m',
    '--model',
    '-p',
    '--profile',
    '-s',
    '--sandbox',
    '--add-dir',
    '--disable',
    '--enable',
    '--local-provider',
  ],
  lists: [],
}

/** `codex resume … ID`. */
export function reopen(words: readonly string[], session: string): ReopenWords {
  return reopened(words, session, {
    name: codexPattern,
    flags,
    build: (kept) => [...kept.program, 'resume', ...kept.flags, session],
  })
}
