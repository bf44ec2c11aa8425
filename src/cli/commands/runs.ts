import { connect, type CommonOptions } from '../connection.ts'
import { plain } from '../../base/plain.ts'
import { print, printJson, screenFor } from '../output.ts'
import { runLines } from '../render/runs.ts'

/** Flags of `marrow runs`. */
export interface RunsOptions extends CommonOptions {
  readonly agent?: string
  readonly count: number
  readonly json?: boolean
}

/** `marrow runs`: the last runs, newest first. */
export async function runs(options: RunsOptions): Promise<number> {
  const answer = await connect(options).ask('runs', { agent: options.agent, limit: options.count })
  if (options.json) printJson(answer)
  else if (answer.runs.length === 0 && options.agent !== undefined)
    print(`(no runs of ${plain(options.agent)})`)
  else print(...runLines(answer.runs, await screenFor(answer)))
  return 0
}
