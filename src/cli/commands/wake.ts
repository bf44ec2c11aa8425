import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'
import { plain } from '../../base/plain.ts'
import { withClockTimes } from '../../base/time.ts'

/** Flags of `marrow wake`. */
export interface WakeOptions extends CommonOptions {
  readonly agent: string
  readonly reason?: string
  readonly prompt?: string
  readonly json?: boolean
}

/** `marrow wake`: makes an agent due now, with words for its next prompt. */
export async function wake(options: WakeOptions): Promise<number> {
  const { agent, reason, prompt } = options
  const answer = await connect(options).ask('wake', { agent, reason, prompt })
  if (options.json) printJson(answer)
  else print(`✓ wake recorded for ${answer.agent}`, `  ${withClockTimes(plain(answer.next), Date.now())}`)
  return 0
}
