import { join } from 'node:path'
import type { AgentConfig } from '../config/config.ts'
import type { AgentFolders } from '../prompt/folders.ts'

/** Where an agent keeps what it must remember from one run to the next. */
export function notesPath({ workspace, slug }: Pick<AgentConfig, 'workspace' | 'slug'>): string {
  return join(workspace, 'runtime', 'notes', slug)
}

/** The folders that an agent is told of. */
export function foldersOf(agent: Pick<AgentConfig, 'workspace' | 'slug' | 'workDir'>): AgentFolders {
  return { workspace: agent.workspace, workDir: agent.workDir, notes: notesPath(agent) }
}
