/** Owns in which form a command answers: `--json` and `-o` are two ways to say one thing. */
import type { Command } from 'commander'
import { MarrowError } from '../../base/errors.ts'

/** What a command answers in; undefined when nobody has said. */
export type Format = 'text' | 'json' | undefined

/** What the two flags say together. Throws USAGE when they contradict each other: neither can be the one that is meant. */
export function formatOf(json: boolean, output: string | undefined): Format {
  if (json && output === 'text') {
    throw new MarrowError(
      'USAGE',
      'Cannot understand the command: --json and -o text contradict each other.',
      {
        fix: 'Give one of them.',
      },
    )
  }
  return json || output === 'json' ? 'json' : output === 'text' ? 'text' : undefined
}

/** Sets the one option `json` that a command's own file reads: true, false, or nothing when nobody has said. */
export function chooseFormat(command: Command): void {
  const { json = false, output } = command.opts<{ json?: boolean; output?: string }>()
  const format = formatOf(json, output)
  if (format !== undefined) command.setOptionValue('json', format === 'json')
}
