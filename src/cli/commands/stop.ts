import { connect, type CommonOptions } from '../connection.ts'
import { print } from '../output.ts'

/** `marrow stop`: no new work; runs get their grace, then are ended and recorded. */
export async function stop(options: CommonOptions): Promise<number> {
  const { pid } = await connect(options).ask('stop', {})
  print(`✓ marrow (pid ${pid}) stops: no new work begins, runs get their grace and are then ended`)
  return 0
}

/** `marrow restart`: the daemon leaves and every run goes on; who supervises it starts the next one. */
export async function restart(options: CommonOptions): Promise<number> {
  const connection = connect(options)
  const { pid } = await connection.ask('restart', {})
  print(
    `✓ marrow (pid ${pid}) hands over: its runs go on, the next daemon takes them over`,
    `  If no service manager starts it again: marrow run -c ${connection.configPath}`,
  )
  return 0
}
