/** Where a handoff lies that is on record. */
import type { AgentConfig } from '../../config/config.ts'
import { innerPath } from '../../config/inner.ts'
import { isInside } from '../../config/paths.ts'
import { handoffDir } from '../../handoffs/folders.ts'
import type { InnerPath } from '../../platform/inside.ts'

/** Undefined when no agent of the configuration has its workspace there: then nobody knows any more who writes in it. */
export function handoffPlace(path: string, agents: readonly AgentConfig[]): InnerPath | undefined {
  return agents.some(({ workspace }) => isInside(path, handoffDir(workspace)))
    ? innerPath(path, agents)
    : undefined
}
