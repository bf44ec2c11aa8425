/** Makes the folders that a configuration's agents need inside their workspaces. */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { reasonOf } from '../../base/errors.ts'
import { configAt } from '../here.ts'
import type { AgentConfig } from '../../config/config.ts'
import { applySteps } from '../../scaffold/apply.ts'
import { planWorkspace } from '../../scaffold/plan.ts'

/**
 * Prepares the workspace of every agent; `lines` are for stdout, `failures` for stderr. A workspace itself is never
 * made: a path with a typing mistake must not become a folder. Throws CONFIG_MISSING, CONFIG_INVALID.
 */
export async function setup(configPath: string): Promise<{ lines: string[]; failures: string[] }> {
  const config = await configAt(configPath)
  const lines: string[] = []
  const failures: string[] = []
  for (const agent of config.agents) {
    const reason = await prepare(agent)
    if (reason === undefined) lines.push(`OK: ${agent.name} workspace ready at ${agent.workspace}`)
    else failures.push(`FAIL: workspace invalid for ${agent.name}: ${reason}`)
  }
  return { lines, failures }
}

/** Why the workspace cannot be used, or undefined when it is ready. */
async function prepare({ workspace }: AgentConfig): Promise<string | undefined> {
  const found = await stat(workspace).catch(() => undefined)
  if (!found) return `${workspace} does not exist. Fix: mkdir -p ${workspace}`
  if (!found.isDirectory()) return `${workspace} is not a folder. Fix: correct the workspace key.`
  try {
    await access(workspace, constants.W_OK | constants.X_OK)
    applySteps(planWorkspace(workspace))
    return undefined
  } catch (error) {
    return `${workspace} is not writable (${reasonOf(error)}). Fix: make it yours with chown or chmod.`
  }
}
