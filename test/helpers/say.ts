/** Owns what the agents of a workspace are told to do in tests: by a context provider, which only ticks have and no child. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Scripts of the model, by the agent's name. Returns the keys that each of these agents needs. */
export function sayInTicks(
  workspace: string,
  scripts: Readonly<Record<string, string>>,
): { readonly context_dirs: readonly string[] } {
  const folder = join(workspace, 'context.d')
  mkdirSync(folder, { recursive: true })
  const provider = join(folder, 'say.sh')
  writeFileSync(provider, '#!/bin/sh\ncat "$MARROW_WORKSPACE/say-$MARROW_AGENT"\n')
  chmodSync(provider, 0o755)
  for (const [agent, script] of Object.entries(scripts))
    writeFileSync(join(workspace, `say-${agent}`), script)
  return { context_dirs: [folder] }
}
