import { join } from 'node:path'
import type { AgentConfig } from '../config/config.ts'

/** Where an agent keeps what it must remember from one run to the next. */
export function notesPath({ workspace, slug }: Pick<AgentConfig, 'workspace' | 'slug'>): string {
  return join(workspace, 'runtime', 'notes', slug)
}
