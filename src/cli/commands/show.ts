import { connect, type CommonOptions, type Connection } from '../connection.ts'
import { print, printJson, readable, screenFor } from '../output.ts'
import { runDetailLines } from '../render/runs.ts'
import { stepLines } from '../render/steps.ts'
import { readForward } from '../log-reader.ts'

/** Flags of `marrow show`. */
export interface ShowOptions extends CommonOptions {
  readonly run: string
  readonly json?: boolean
  readonly prompt?: boolean
  readonly steps?: boolean
}

/** `marrow show`: everything on record of one run, the very prompt that it was sent, or what it said and did. */
export async function show(options: ShowOptions): Promise<number> {
  const connection = connect(options)
  if (options.prompt) {
    await showPrompt(connection, options)
    return 0
  }
  if (options.steps) {
    const told = await connection.ask('readSteps', { id: options.run })
    if (options.json) printJson(told)
    else print(...stepLines(told.steps, await screenFor(told)))
    return 0
  }
  const answer = await connection.ask('showRun', { id: options.run })
  if (options.json) printJson(answer)
  else print(...runDetailLines(answer, await screenFor(answer)))
  return 0
}

/** For people in parts, so that its length does not matter; JSON can only be one whole. */
async function showPrompt(connection: Connection, { run, json }: ShowOptions): Promise<void> {
  let [id, prompt] = [run, '']
  for await (const part of readForward(connection, run, 'prompt')) {
    id = part.run
    if (json) prompt += part.text
    else process.stdout.write(readable(part.text))
  }
  if (json) printJson({ run: id, prompt })
}
