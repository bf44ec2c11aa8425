import { MarrowError } from '../../base/errors.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { connect, isNobody, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'
import { plain } from '../../base/plain.ts'

/** Flags of `marrow task add`. */
export interface AddTaskOptions extends CommonOptions {
  readonly title: string
  readonly body?: string
  readonly json?: boolean
}

/** `marrow task add`: one file in the queue, through the daemon or without one, and what happens next. */
export async function addTask(options: AddTaskOptions): Promise<number> {
  if (options.title.trim() === '') {
    throw new MarrowError('BAD_REQUEST', 'Cannot add the task: title is required.', {
      fix: 'Say in a few words what is to be done: marrow task add "Mend the roof"',
    })
  }
  const added = await add(options)
  if (options.json) printJson(added)
  else print(`✓ task submitted: ${added.file}`, `  ${plain(added.next)}`)
  return 0
}

async function add(options: AddTaskOptions): Promise<{ file: string; path: string; next: string }> {
  const { title, body } = options
  const connection = connect(options)
  try {
    const { file, path, next } = await connection.ask('addTask', { title, body })
    return { file, path, next }
  } catch (error) {
    if (!isNobody(error)) throw error
    const { addTaskLocally } = await import('../../daemon/local/add-task.ts')
    const added = await addTaskLocally({ configPath: connection.configPath, title, body })
    return { ...added, next: `No daemon runs; the task waits until: marrow run -c ${connection.configPath}` }
  }
}

/** `marrow task list`: the queued tasks, one a line. */
export async function listTasks(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const answer = await queued(options)
  if (options.json) printJson(answer)
  else if (answer.tasks.length === 0) print('(no tasks in queue)')
  else print(...answer.tasks.map(({ file, title }) => `${plain(file)}  ${plain(title)}`))
  return 0
}

async function queued(options: CommonOptions): Promise<ResultOf<'tasks'>> {
  const connection = connect(options)
  try {
    return await connection.ask('tasks', {})
  } catch (error) {
    if (!isNobody(error)) throw error
    const { listTasksLocally } = await import('../../daemon/local/list-tasks.ts')
    return await listTasksLocally({ configPath: connection.configPath })
  }
}
