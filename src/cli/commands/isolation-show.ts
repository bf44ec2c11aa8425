import type { IsolationView } from '../../daemon/local/isolation-show.ts'
import { plain } from '../../base/plain.ts'
import { configPathOf, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { isolationLines } from '../render/isolation.ts'

/** Flags of `marrow isolation show`. */
export interface IsolationShowOptions extends CommonOptions {
  readonly agents: readonly string[]
  readonly json?: boolean
}

/** `marrow isolation show`: what runs of agents would see and may take. Starts none of them. */
export async function isolationShow(options: IsolationShowOptions): Promise<number> {
  const { showIsolation } = await import('../../daemon/local/isolation-show.ts')
  const agents = [...options.agents]
  const views: readonly IsolationView[] = await showIsolation({ configPath: configPathOf(options), agents })
  if (options.json) printJson({ agents: views })
  else {
    const screen = await screenFor(
      views.map(({ agent, paths }) => [agent, paths.map(({ path }) => plain(path))]),
    )
    for (const [index, view] of views.entries())
      print(...(index === 0 ? [] : ['']), ...isolationLines(view, screen))
  }
  return 0
}
