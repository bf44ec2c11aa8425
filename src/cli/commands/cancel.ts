import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** Flags of `marrow cancel`; `target` is an agent or a run. */
export interface CancelOptions extends CommonOptions {
  readonly target: string
  readonly json?: boolean
}

/** `marrow cancel`: ends one run and its whole process tree. */
export async function cancel(options: CancelOptions): Promise<number> {
  const answer = await connect(options).ask('cancel', { target: options.target })
  if (options.json) printJson(answer)
  else print(`✓ ${answer.run} is being ended, with every process that it started`)
  return 0
}
