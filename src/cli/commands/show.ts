import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { runDetailLines } from '../render/runs.ts'
import { readWhole } from '../log-reader.ts'

/** Flags of `marrow show`. */
export interface ShowOptions extends CommonOptions {
  readonly run: string
  readonly json?: boolean
  readonly prompt?: boolean
}

/** `marrow show`: everything on record of one run, or the very prompt that it was sent. */
export async function show(options: ShowOptions): Promise<number> {
  const connection = connect(options)
  if (options.prompt) {
    for await (const text of readWhole(connection, options.run, 'prompt')) process.stdout.write(text)
    return 0
  }
  const answer = await connection.ask('showRun', { id: options.run })
  if (options.json) printJson(answer)
  else print(...runDetailLines(answer, await screenFor(answer)))
  return 0
}
