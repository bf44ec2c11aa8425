import { MarrowError } from '../../base/errors.ts'
import { ALL_PROJECTS, DEFAULT_PROJECT } from '../../config/projects.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { connect, isNobody, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'
import { plain } from '../../base/plain.ts'

/** Flags of `marrow task add`. */
export interface AddTaskOptions extends CommonOptions {
  readonly title: string
  readonly body?: string
  readonly project?: string
  readonly json?: boolean
}

/** Flags of `marrow task list`. */
export interface ListTasksOptions extends CommonOptions {
  readonly project?: string
  readonly all?: boolean
  readonly json?: boolean
}

type Added = Omit<ResultOf<'addTask'>, 'ok'>

/** Why a task went to its project, in brackets behind the name. */
const reasons: Readonly<Record<Exclude<Added['project_by'], 'only'>, string>> = {
  name: 'as you said',
  folder: 'this folder',
  first: 'the first one; this folder is in none',
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
  else print(`✓ task submitted: ${added.file}`, ...whereLines(added), `  ${plain(added.next)}`)
  return 0
}

/** Where there is only one project nobody has to be told which. */
function whereLines({ project, project_by }: Added): string[] {
  return project_by === 'only' ? [] : [`  project ${plain(project)} (${reasons[project_by]})`]
}

async function add(options: AddTaskOptions): Promise<Added> {
  const { title, body, project } = options
  const connection = connect(options)
  const task = { title, body, project, folder: process.cwd() }
  try {
    const { ok: _, ...added } = await connection.ask('addTask', task)
    return added
  } catch (error) {
    if (!isNobody(error)) throw error
    const { addTaskLocally } = await import('../../daemon/local/add-task.ts')
    const added = await addTaskLocally({ ...task, configPath: connection.configPath })
    return { ...added, next: `No daemon runs; the task waits until: marrow run -c ${connection.configPath}` }
  }
}

/** `marrow task list`: the queued tasks, one a line. */
export async function listTasks(options: ListTasksOptions): Promise<number> {
  if (options.all && options.project !== undefined)
    throw new MarrowError('USAGE', 'Cannot list the tasks: --all and --project stand together.', {
      fix: 'Leave one of them out.',
    })
  const answer = await queued(options)
  const { tasks, project } = answer
  if (options.json) printJson(answer)
  else if (tasks.length === 0) print(project === null ? '(no tasks in any queue)' : noTasks(project))
  else print(...tasks.map((task) => taskLine(task, project === null)))
  return 0
}

function noTasks(project: string): string {
  return project === DEFAULT_PROJECT
    ? '(no tasks in queue)'
    : `(no tasks in queue of project ${plain(project)})`
}

function taskLine({ file, title, project }: ResultOf<'tasks'>['tasks'][number], ofAll: boolean): string {
  const line = `${plain(file)}  ${plain(title)}`
  return ofAll ? `${plain(project)}  ${line}` : line
}

async function queued(options: ListTasksOptions): Promise<ResultOf<'tasks'>> {
  const connection = connect(options)
  const wanted = { project: options.all ? ALL_PROJECTS : options.project, folder: process.cwd() }
  try {
    return await connection.ask('tasks', wanted)
  } catch (error) {
    if (!isNobody(error)) throw error
    const { listTasksLocally } = await import('../../daemon/local/list-tasks.ts')
    return await listTasksLocally({ ...wanted, configPath: connection.configPath })
  }
}
