import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { treeLines } from '../render/run-tree.ts'

/** Flags of `marrow runs tree`. */
export interface RunsTreeOptions extends CommonOptions {
  readonly run: string | undefined
  readonly count: number
  readonly json?: boolean
}

/** `marrow runs tree`: which run asked for which. */
export async function runsTree(options: RunsTreeOptions): Promise<number> {
  const answer = await connect(options).ask('runsTree', { id: options.run, limit: options.count })
  if (options.json) printJson(answer)
  else print(...treeLines(answer.runs, await screenFor(answer)))
  return 0
}
