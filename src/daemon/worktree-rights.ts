/** With which rights git works on the worktree of an agent, who may have written what it reads. */
import { join } from 'node:path'
import type { AgentConfig } from '../config/config.ts'
import type { Change } from '../worktrees/apply.ts'
import { otherGitFolders } from '../worktrees/observe.ts'
import type { Site } from '../worktrees/worktree.ts'
import { gitRunner, providerRunner } from './fences.ts'
import type { Ground } from './standing.ts'

/** What people's git obeys of a repository. */
const obeyed = ['config', 'config.worktree', 'hooks', 'modules', 'info']

/** All behind the agent's wall, as its user. */
export function rightsFor(ground: Ground, agent: AgentConfig, site: Site, signal: AbortSignal): Change {
  const { commonDir } = site
  const { readOnly, readWrite } = agent.isolation
  // Its own is to be made, or to go: nothing of the wall may hold it in its place.
  const agents = ground.config.agents.map((one) =>
    one.workDir === agent.workDir ? { ...one, workDir: one.workspace } : one,
  )
  const free = { ...ground, config: { ...ground.config, agents } }
  const withinWorkspace = (more: Pick<AgentConfig['isolation'], 'readOnly' | 'readWrite'>): AgentConfig => ({
    ...agent,
    workDir: agent.workspace,
    isolation: {
      ...agent.isolation,
      network: false,
      readOnly: [...readOnly, ...more.readOnly],
      readWrite: [...readWrite, ...more.readWrite],
    },
  })
  const tying = withinWorkspace({
    readWrite: [commonDir],
    readOnly: obeyed.map((name) => join(commonDir, name)),
  })
  const all = join(commonDir, 'worktrees')
  const untying = withinWorkspace({
    readWrite: [all],
    readOnly: [commonDir, ...otherGitFolders(site).map((name) => join(all, name))],
  })
  return {
    signal,
    run: gitRunner(ground, agent),
    tie: providerRunner(free, tying),
    untie: providerRunner(free, untying),
    work: providerRunner(ground, agent),
  }
}
