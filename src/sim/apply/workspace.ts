// Owns what the simulated agent changes: tasks and handoffs of its workspace, files and commits of its work_dir.
import { appendFile, mkdir, readFile, readdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MarrowError } from '../../base/errors.ts'
import { foldersTo, handoffDir } from '../../handoffs/folders.ts'
import { isTaskFile, taskTitle } from '../../tasks/queue.ts'
import type { SimStore } from '../store.ts'

/** Who the simulated agent is, from the environment of its run. */
export interface Self {
  readonly agent: string
  /** The run's id, or the process's when there is no run: tells files of different runs apart. */
  readonly run: string
  readonly workspace: string | undefined
  readonly workDir: string
}

export interface TaskWork {
  /** Titles of the tasks that are now done. */
  readonly completed: readonly string[]
  /** Titles of the tasks that need more runs. */
  readonly begun: readonly string[]
}

/** Works on the first `count` tasks of the queue; one is done after `ticks` runs. */
export async function workOnTasks(
  self: Self,
  count: number,
  ticks: number,
  store: SimStore,
): Promise<TaskWork> {
  const tasks = join(workspaceOf(self), 'tasks')
  const files = (await namesIn(join(tasks, 'queue'))).filter(isTaskFile).slice(0, count)
  const work = { completed: [] as string[], begun: [] as string[] }
  for (const file of files) {
    const path = join(tasks, 'queue', file)
    const content = await readFile(path, 'utf8').catch(() => undefined)
    if (content === undefined) continue // Somebody else took it.
    const spent = ticks === 1 ? 1 : await store.countTask(file)
    if (spent < ticks) work.begun.push(taskTitle(content, file))
    else {
      await mkdir(join(tasks, 'done'), { recursive: true })
      const taken = await rename(path, join(tasks, 'done', file)).then(() => true, unlessGone)
      await store.forgetTask(file)
      if (taken) work.completed.push(taskTitle(content, file))
    }
  }
  return work
}

/** Writes a handoff, whole or not at all. `number` tells the handoffs of one run apart. */
export async function writeHandoff(self: Self, to: string, text: string, number: number): Promise<void> {
  const folder = join(handoffDir(workspaceOf(self)), `${self.agent}-to-${to}`)
  await mkdir(folder, { recursive: true })
  const file = `${self.run}-${number}.md`
  await writeFile(join(folder, `.${file}.tmp`), `# From ${self.agent}\n\n${text}\n`)
  await rename(join(folder, `.${file}.tmp`), join(folder, file))
}

/** Takes away the handoffs that are for it; the senders of those that were there. */
export async function takeHandoffs(self: Self): Promise<string[]> {
  const dir = handoffDir(workspaceOf(self))
  const slug = self.agent.toLowerCase().replaceAll(/[ .]+/g, '-')
  const senders: string[] = []
  for (const { folder, from } of foldersTo({ name: self.agent, slug }, await namesIn(dir))) {
    for (const file of (await namesIn(join(dir, folder))).filter(isTaskFile)) {
      const taken = await unlink(join(dir, folder, file)).then(
        () => true,
        () => false,
      )
      if (taken) senders.push(from)
    }
  }
  return senders
}

/** Appends a line to a file of the work_dir; without a text one that names the run. */
export async function changeFile(self: Self, path: string, text = `changed by ${self.run}`): Promise<void> {
  const target = join(self.workDir, path)
  await mkdir(dirname(target), { recursive: true })
  await appendFile(target, `${text}\n`)
}

/** Commits all changes of the work_dir under a name of its own. Throws when git does not. */
export async function commitAll(self: Self, message: string): Promise<void> {
  const { spawnSync } = await import('node:child_process')
  const author = ['-c', 'user.name=Simulated agent', '-c', 'user.email=simulated@example.org']
  for (const words of [
    ['add', '--all'],
    [...author, 'commit', '--quiet', '--allow-empty', `--message=${message}`],
  ]) {
    const { status, stderr } = spawnSync('git', words, { cwd: self.workDir, encoding: 'utf8' })
    if (status !== 0)
      throw new MarrowError('CANNOT_WRITE', `Cannot commit in ${self.workDir}: ${stderr.trim()}.`)
  }
}

/** Another agent of this workspace was faster. */
function unlessGone(error: unknown): false {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
  throw error
}

function workspaceOf({ workspace }: Self): string {
  if (workspace !== undefined) return workspace
  throw new MarrowError('USAGE', 'Cannot find the workspace: MARROW_WORKSPACE is not set.')
}

async function namesIn(dir: string): Promise<string[]> {
  const names: string[] = await readdir(dir).catch(() => [])
  return names.toSorted()
}
