/** Owns whose a run is, in one word or two, where runs of several agents or roles are listed. */
import { plain } from '../../base/plain.ts'
import type { RunView } from '../../ipc/protocol/runs.ts'

/** Its agent; of a child, which would pass for the run that asked for it, its role as well. */
export function whoseRun({ agent, role, parent }: Pick<RunView, 'agent' | 'role' | 'parent'>): string {
  return plain(parent === null || role === null ? agent : `${agent} as ${role}`)
}
