import { configPathOf, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** `marrow setup`: makes the folders of every agent's workspace. 1 when one cannot be made. */
export async function setup(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const configPath = configPathOf(options)
  const { setup: make } = await import('../../daemon/local/setup.ts')
  const { agents, lines, failures } = await make(configPath)
  const ok = failures.length === 0
  if (options.json) printJson({ ok, config: configPath, agents })
  else {
    print(...lines)
    if (!ok) process.stderr.write(`${failures.join('\n')}\n`)
  }
  return ok ? 0 : 1
}
