/** How a conversation of opencode is opened again in its own screen. */
import type { ReopenWords } from '../adapter.ts'
import { reopened, type KeptFlags } from '../reopen.ts'
import { programPattern } from './program.ts'

const flags: KeptFlags = {
  switches: ['--auto', '--pure'],
  values: ['--agent', '--log-level', '-m', '--model'],
  lists: [],
}

/** `opencode … -s ID`. */
export function reopen(words: readonly string[], session: string): ReopenWords {
  return reopened(words, session, {
    name: programPattern,
    flags,
    build: (kept) => [...kept.program, ...kept.flags, '-s', session],
  })
}
