import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** `marrow stop`: no new work; runs get their grace, then are ended and recorded. */
export async function stop(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const answer = await connect(options).ask('stop', {})
  if (options.json) printJson(answer)
  else
    print(`✓ marrow (pid ${answer.pid}) stops: no new work begins, runs get their grace and are then ended`)
  return 0
}
