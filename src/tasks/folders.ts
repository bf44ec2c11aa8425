// Owns which folders hold the tasks of an agent.
import { join } from 'node:path'
import type { AgentConfig, Config } from '../config/config.ts'
import { innerPath } from '../config/inner.ts'
import type { InnerPath } from '../platform/inside.ts'
import type { Layer } from '../prompt/layers.ts'

/** Where the tasks of a workspace wait unless the configuration says otherwise. */
export function ownQueue(workspace: string): string {
  return join(workspace, 'tasks', 'queue')
}

/** The queues of an agent: its workspace's, and the configured one for agents of the first workspace. */
export function queueFolders(
  { workspace }: Pick<AgentConfig, 'workspace'>,
  { agents, ipc }: Pick<Config, 'agents' | 'ipc'>,
): InnerPath[] {
  const own = ownQueue(workspace)
  const isFirst = agents[0]?.workspace === workspace
  const paths = isFirst && ipc.taskDir !== own ? [ipc.taskDir, own] : [own]
  return paths.map((path) => innerPath(path, agents))
}

/** Where the finished tasks of a workspace lie. */
export function doneFolder(workspace: string, agents: Config['agents']): InnerPath {
  // Also of an agent that left the configuration the workspace is a folder that an agent wrote.
  return { root: innerPath(workspace, agents).root, path: join(workspace, 'tasks', 'done') }
}

/**
 * The block that says why a folder in which work may wait is not looked at: nobody would learn of that work otherwise.
 * `name` is the block's, `problem` a whole sentence.
 */
export function unreadableFolder(name: string, folder: string, problem: string): Layer {
  return { kind: 'context', name, source: folder, text: `[${problem}]`, volatile: false, failed: problem }
}

const FILES_MAX = 200 // A prompt is no place for thousands of names; the shipped context provider stops there too.

/** The block of tasks that wait outside of the workspace, where no context provider looks; undefined without any. */
export function tasksElsewhere(folder: string, files: readonly string[]): Layer | undefined {
  if (files.length === 0) return undefined
  const lines = files.slice(0, FILES_MAX).map((file) => join(folder, file))
  const more = files.length > FILES_MAX ? [`and ${files.length - FILES_MAX} more`] : []
  const text = [`Queued tasks in ${folder}, oldest first:`, ...lines, ...more].join('\n')
  return { kind: 'context', name: 'task_dir', source: folder, text, volatile: false, failed: undefined }
}
