import { configPathOf, type CommonOptions } from '../connection.ts'
import { print } from '../output.ts'

/** `marrow setup`: makes the folders of every agent's workspace. 1 when one cannot be made. */
export async function setup(options: CommonOptions): Promise<number> {
  const configPath = configPathOf(options)
  const { setup: make } = await import('../../daemon/local/setup.ts')
  const { lines, failures } = await make(configPath)
  print(...lines)
  if (failures.length > 0) process.stderr.write(`${failures.join('\n')}\n`)
  return failures.length === 0 ? 0 : 1
}
