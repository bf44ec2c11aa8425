import { configPathOf, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { castLines } from '../render/cast.ts'

/** `marrow setup`: makes every agent's workspace ready and casts the roles into it. 1 when one cannot be. */
export async function setup(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const configPath = configPathOf(options)
  const { setup: make } = await import('../../daemon/local/setup.ts')
  const { agents, cast, lines, failures } = await make(configPath)
  const ok = failures.length === 0
  if (options.json) printJson({ ok, config: configPath, agents, cast })
  else {
    const shown = cast.filter(({ files, problems }) => files.length + problems.length > 0)
    const screen = await screenFor('')
    print(...lines, ...castLines({ places: shown, dry: false }, false, screen))
    if (!ok) process.stderr.write(`${failures.join('\n')}\n`)
  }
  return ok ? 0 : 1
}
