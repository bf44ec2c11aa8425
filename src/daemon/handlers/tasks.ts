import type { AgentConfig } from '../../config/config.ts'
import { innerPath } from '../../config/inner.ts'
import { chooseProject, projectsOf } from '../../config/projects.ts'
import { fingerprintOf } from '../../base/file-fingerprint.ts'
import { isSeen, markSeen } from '../../heartbeat/store/seen.ts'
import { insertTrigger, isPending } from '../../heartbeat/store/triggers.ts'
import type { Handlers } from '../../ipc/protocol/table.ts'
import { entryInside, type InnerPath } from '../../platform/inside.ts'
import { realPath } from '../../platform/paths.ts'
import { addTask } from '../../tasks/apply.ts'
import { queueFolders } from '../../tasks/folders.ts'
import { write, type Core } from '../core.ts'
import { readPause } from '../pause.ts'
import { tasksOf } from '../task-lists.ts'

export function taskHandlers(core: Core): Pick<Handlers, 'tasks' | 'addTask'> {
  return {
    tasks: (wanted) => tasksOf(core.config, wanted),
    addTask: async ({ title, body, ...wanted }) => {
      const { project, by } = chooseProject(projectsOf(core.config), wanted, realPath)
      const queue = innerPath(project.queue, core.config.agents)
      const at = core.clock.now().wall
      const { file, path } = await addTask(queue, { title, body: body ?? '' }, at)
      const workers = core.config.agents.filter(
        (agent) => agent.wakeOn.includes('tasks') && isQueueOf(agent, core, queue),
      )
      const paused = await write(core, (tx, emit) => {
        const entry = entryInside({ root: queue.root, path })
        const fingerprint = entry && fingerprintOf(entry)
        // A pass may have come upon the file before us: whom it told has already begun, or gets our word instead of its own.
        const wasSeen = fingerprint !== undefined && isSeen(tx, path, fingerprint)
        if (fingerprint !== undefined) markSeen(tx, path, fingerprint, at)
        for (const { name } of workers) {
          if (wasSeen && !isPending(tx, name, path)) continue
          const reason = `new task ${path}`
          const wake = {
            agent: name,
            cause: 'tasks',
            byAgent: false,
            wakes: true,
            path,
            reason,
            prompt: null,
            at,
          } as const
          insertTrigger(tx, wake)
        }
        emit('task.added', {}, { file, title })
        return readPause(core, tx)
      })
      core.waker.wake()
      return {
        ok: true,
        file,
        path,
        project: project.name,
        project_by: by,
        next: whatNext(
          workers.map(({ name }) => name),
          paused !== undefined,
        ),
      }
    },
  }
}

function isQueueOf(agent: AgentConfig, core: Core, queue: InnerPath): boolean {
  return queueFolders(agent, core.config).some(({ path }) => path === queue.path)
}

function whatNext(workers: readonly string[], paused: boolean): string {
  if (workers.length === 0) {
    return 'No agent has "tasks" in its wake_on: the task is read with the next tick of the agents in this workspace.'
  }
  const who = workers.join(', ')
  if (paused) return `Everything is paused: ${who} starts with it after: marrow resume`
  return `${who} is woken for it now, or as soon as it is free. Follow it with: marrow events -f`
}
