import { MarrowError } from '../../base/errors.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** Flags and the word of `marrow log-level`. */
export interface LogLevelOptions extends CommonOptions {
  /** As it was written; undefined: only ask. */
  readonly level: string | undefined
  readonly json?: boolean
}

type Level = ResultOf<'logLevel'>['level']
const levels: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** `marrow log-level`: how much the running daemon says in its log; the next daemon says what is usual again. */
export async function logLevel({ level: word, json, ...options }: LogLevelOptions): Promise<number> {
  const level = levels.find((known) => known === word)
  if (word !== undefined && level === undefined) {
    throw new MarrowError('USAGE', `Cannot set the log level: ${JSON.stringify(word)} is none.`, {
      fix: `Name one of ${levels.join(', ')}.`,
    })
  }
  const answer = await connect(options).ask('logLevel', level === undefined ? {} : { level })
  if (json) printJson(answer)
  else if (level === undefined) print(answer.level)
  else print(`✓ the log of the daemon is at ${answer.level} until it ends`)
  return 0
}
