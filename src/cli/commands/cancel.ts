import { connect, type CommonOptions } from '../connection.ts'
import { print } from '../output.ts'

/** `marrow cancel`: ends one run and its whole process tree. `target` is an agent or a run. */
export async function cancel(options: CommonOptions & { readonly target: string }): Promise<number> {
  const { run } = await connect(options).ask('cancel', { target: options.target })
  print(`✓ ${run} is being ended, with every process that it started`)
  return 0
}
