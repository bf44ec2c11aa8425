/** Owns a daemon with an agent, scout, that has a worktree of its own. */
import { join } from 'node:path'
import { sh, type Home, type LiveDaemon } from './daemon.ts'
import { eventually } from './eventually.ts'
import { makeRepository } from './repository.ts'

/** The branch of scout. */
export const branch = 'marrow/scout'

/** Where the repository of scout is, and its worktree. */
export interface Place {
  readonly repository: string
  readonly worktree: string
}

/** Both, in a home. */
export const placeOf = (home: Home): Place => ({
  repository: join(home.dir, 'site'),
  worktree: join(home.workspace, 'worktrees', 'scout'),
})

/** Writes the file: scout with or without its worktree, and another agent beside it. */
export async function writeScout(home: Home, script: string, worktree = true): Promise<void> {
  const { repository } = placeOf(home)
  const scout = { agent_command: sh(script), work_dir: `'${repository}'`, worktree: String(worktree) }
  await home.write({ scout, other: { agent_command: sh('true') } })
}

/** One run of scout, which has to succeed. */
export async function runScout(daemon: LiveDaemon): Promise<void> {
  const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
  if (ticks[0]?.ok !== true) throw new Error(ticks[0]?.outcome)
}

/** A daemon whose scout has its worktree, with a repository of one commit. */
export async function begin(home: Home, script = 'pwd'): Promise<Place & { readonly daemon: LiveDaemon }> {
  const place = placeOf(home)
  makeRepository(place.repository)
  await writeScout(home, script)
  const daemon = await home.start({ scheduled: false })
  await runScout(daemon)
  return { ...place, daemon }
}

/** Takes the worktree out of the file, and waits for the verdict. */
export async function letGo(home: Home, daemon: LiveDaemon): Promise<string> {
  await writeScout(home, 'pwd', false)
  daemon.reload()
  return eventually('the verdict', async () => {
    const [gone] = await daemon.events('worktree.removed')
    if (gone) return 'removed'
    const [kept] = (await daemon.events('worktree.kept')).slice(-1)
    return kept && String(kept.data['reason'])
  })
}
