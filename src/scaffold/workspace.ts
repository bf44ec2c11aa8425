/** Owns the shape of a workspace: the folders that agents, people and context providers can rely on. */
import { join } from 'node:path'

const folders = [
  'tasks/queue',
  'tasks/delegated',
  'tasks/done',
  'context.d',
  'docs',
  'runtime/state',
  'runtime/handoff/scout-to-conductor',
  'runtime/handoff/conductor-to-scout',
  'runtime/handoff/scout-to-human',
  'runtime/checkpoints',
  'runtime/notes',
  'runtime/logs/exec',
] as const

/** The absolute folders of a workspace, parents before children is not promised: make each with its parents. */
export function workspaceFolders(workspace: string): string[] {
  return folders.map((folder) => join(workspace, folder))
}
