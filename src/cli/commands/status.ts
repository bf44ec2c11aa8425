import { connect, type CommonOptions } from '../connection.ts'
import { isPiped, print, printJson, screenFor } from '../output.ts'
import { statusLines } from '../render/status.ts'

/** Flags of `marrow status`; without `json` it depends on who reads. */
export interface StatusOptions extends CommonOptions {
  readonly json?: boolean | undefined
}

/** `marrow status`: a view on a terminal, the daemon's own JSON for programs. */
export async function status(options: StatusOptions): Promise<number> {
  const answer = await connect(options).ask('status', {})
  if (options.json ?? isPiped()) printJson(answer)
  else print(...statusLines(answer, await screenFor(answer)))
  return 0
}
