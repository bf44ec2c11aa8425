import { quote } from 'shlex'
import { MarrowError } from '../../base/errors.ts'
import { plain } from '../../base/plain.ts'
import type { OpenOutput } from '../../ipc/json-output.ts'
import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** Flags of `marrow open`. */
export interface OpenOptions extends CommonOptions {
  /** A run, or an agent for its last one. */
  readonly run: string
  readonly print?: boolean
  readonly json?: boolean
}

/** `marrow open`: opens the conversation of a run in the screen of its agent CLI. Its exit code is that of the CLI. */
export async function open(options: OpenOptions): Promise<number> {
  const connection = connect(options)
  const run = await connection.ask('showRun', { id: options.run })
  const { openConversation, openingOf } = await import('../../daemon/local/open.ts')
  const opening = await openingOf(connection.configPath, run)
  const { words } = opening
  if (options.json) {
    const { id, agent, work_dir, isolated_by } = run
    const output: OpenOutput = { run: id, agent, work_dir, words: [...words], isolated_by }
    printJson(output)
    return 0
  }
  if (options.print) {
    print(plain(`cd ${quote(run.work_dir)} && ${words.map((word) => quote(word)).join(' ')}`))
    if (run.isolated_by !== null)
      process.stderr.write(`(marrow opens it behind ${run.isolated_by}, where its conversation lies.)\n`)
    return 0
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new MarrowError('USAGE', 'Cannot open the conversation: this is no terminal.', {
      fix: `Try it in one, or see the command with: marrow open ${run.id} --print`,
    })
  return openConversation(opening)
}
