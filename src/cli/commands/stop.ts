import { connect, type CommonOptions } from '../connection.ts'
import { print } from '../output.ts'

/** `marrow stop`: no new work; runs get their grace, then are ended and recorded. */
export async function stop(options: CommonOptions): Promise<number> {
  const { pid } = await connect(options).ask('stop', {})
  print(`✓ marrow (pid ${pid}) stops: no new work begins, runs get their grace and are then ended`)
  return 0
}
