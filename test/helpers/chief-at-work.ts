/** Owns a daemon in this process in which one run of `l1/chief` goes on, for tests of what such a run may ask. */
import { dirname, join } from 'node:path'
import type { Holder } from '../../src/delegation/holder.ts'
import { exists, sh, type Home, type LiveDaemon } from './daemon.ts'
import { eventually } from './eventually.ts'
import { writeRoles } from './role-layer.ts'

/** Its run waits for nothing, its children do what `does` says. Each makes a file `began-RUN` in the workspace. */
export async function chiefAtWork(
  home: Home,
  { does = 'exec sleep 600', top = '' } = {},
): Promise<{ readonly daemon: LiveDaemon; readonly holder: Holder }> {
  const script = `: > "$MARROW_WORKSPACE/began-$MARROW_RUN"; [ "$MARROW_ROLE" = l1/chief ] && exec sleep 600; ${does}`
  await home.write({ chief: { agent_command: sh(script), role: "'l1/chief'" } }, top)
  await writeRoles(dirname(home.configPath))
  const daemon = await home.start({ ipc: true })
  const run = await eventually('its run', async () => {
    const [first] = await daemon.runs()
    return first !== undefined && (await exists(join(home.workspace, `began-${first.id}`)))
      ? first
      : undefined
  })
  return { daemon, holder: { run: run.id, agent: 'chief', role: 'l1/chief', lineage: [] } }
}
