/** The keys of `[notify]`, a part of the one table of keys. */
import type { Key } from './key.ts'

/** Where the operator is told what cannot wait, and when the report comes. */
export const notify = {
  command: {
    type: 'text or list of texts',
    default: 'none',
    rule: 'text is split into words as a POSIX shell does; no shell runs',
    meaning: 'A program that is started for each notice, with the text on its stdin.',
  },
  webhook: {
    type: 'text',
    default: 'none',
    rule: 'an http or https address, or `$NAME` of a variable that holds one',
    meaning: 'Where each notice is posted as JSON.',
  },
  ntfy: {
    type: 'text',
    default: 'none',
    rule: 'the address of a topic, such as `https://ntfy.sh/a-name-that-nobody-guesses`, or `$NAME`',
    meaning: 'An ntfy topic, which apps for phones and desktops show.',
  },
  desktop: {
    type: 'boolean',
    default: '`false`',
    meaning: 'Whether notices are shown on the desktop of this machine.',
  },
  digest_at: {
    type: 'text',
    default: 'none',
    rule: '`"08:00"`',
    meaning: "When the report of the day is sent, in the machine's time.",
  },
} as const satisfies Record<string, Key>
