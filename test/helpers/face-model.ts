/** A board, its face and the people who work on its files, in memory. */
import { digest } from '../../src/base/digest.ts'
import { decideFace } from '../../src/tasks/face/decide.ts'
import type {
  FaceDecision,
  FaceFile,
  FaceFolder,
  FaceMemory,
  FaceRequest,
  FaceWrite,
  ShownNote,
  ShownTask,
} from '../../src/tasks/face/world.ts'
import { isOver, TaskId, type Party, type Task } from '../../src/tasks/task.ts'
import { applyEvent, type TaskEvent } from '../../src/tasks/transitions.ts'
import { sampleTask } from './sample-task.ts'

const FOLDERS: readonly FaceFolder[] = ['queue', 'done', 'delegated']

/** Path (`queue/a.md`) to text and time of change. */
type Files = Map<string, { readonly text: string; readonly changedAt: number }>

export interface FaceModel {
  now: number
  readonly files: Files
  readonly tasks: Map<string, Task>
  readonly shown: Map<string, ShownTask>
  readonly notes: Map<string, ShownNote>
  /** All that was requested in the name of files. */
  readonly requests: FaceRequest[]
  isMissing: boolean
}

export function faceModel(): FaceModel {
  return {
    now: 1_000_000,
    files: new Map(),
    tasks: new Map(),
    shown: new Map(),
    notes: new Map(),
    requests: [],
    isMissing: false,
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** Adds a task as another way in would. */
export function addTask(model: FaceModel, changes: Partial<Task>): Task {
  const count = model.tasks.size
  const id = TaskId.parse(`t-${letters.charAt(Math.floor(count / 32))}${letters.charAt(count % 32)}cccccc`)
  const task = sampleTask({ ...changes, id, createdAt: model.now })
  model.tasks.set(id, task)
  return task
}

/** Lets something happen to a task; false: refused. */
export function happen(model: FaceModel, id: string, event: TaskEvent, by: Party): boolean {
  const task = model.tasks.get(id)
  const result = task && applyEvent(task, event, { by, at: model.now })
  if (result?.ok === true) model.tasks.set(id, result.task)
  return result?.ok === true
}

/** What would be decided now. */
export function decide(model: FaceModel): FaceDecision {
  const files = [...model.files].flatMap(([path, { text, changedAt }]): FaceFile[] => {
    const [start, name = ''] = path.split('/')
    const folder = FOLDERS.find((one) => one === start)
    return folder === undefined ? [] : [{ folder, name, digest: digest(text), text, changedAt }]
  })
  return decideFace({
    tasks: [...model.tasks.values()].filter((task) => !isOver(task)).map((task) => ({ task, dependsOn: [] })),
    shown: { tasks: [...model.shown.values()], notes: [...model.notes.values()] },
    files,
    listing: model.isMissing ? 'missing' : 'whole',
    isTask: (id) => model.tasks.has(id),
    now: model.now,
  })
}

/** The transaction: all of it, or the daemon was killed before. */
export function commit(model: FaceModel, { requests, memory }: FaceDecision): void {
  for (const request of requests) apply(model, request)
  for (const one of memory) remember(model, one)
}

function apply(model: FaceModel, request: FaceRequest): void {
  model.requests.push(request)
  if (request.kind === 'event') {
    if (!happen(model, request.task, request.event, { kind: 'file' }))
      throw new Error(`refused: ${request.reason}`)
    return
  }
  if (request.kind === 'edit') {
    const task = model.tasks.get(request.task)
    if (task?.state.status !== 'todo') throw new Error('edited a task that is not in todo')
    model.tasks.set(task.id, { ...task, ...request.text })
    return
  }
  const { id } = addTask(model, {
    ...request.text,
    createdBy: { kind: 'file' },
    review: request.draft.review,
  })
  model.shown.set(id, { task: id, ...request.shown })
}

function remember({ shown, notes }: FaceModel, one: FaceMemory): void {
  if (one.kind === 'task') shown.set(one.shown.task, one.shown)
  else if (one.kind === 'forget-task') shown.delete(one.task)
  else if (one.kind === 'note') notes.set(one.shown.name, one.shown)
  else notes.delete(one.name)
}

/** What happens to files, up to the moment when the daemon is killed. */
export function write(model: FaceModel, writes: readonly FaceWrite[]): void {
  const { files, now } = model
  for (const one of writes) {
    if (one.kind === 'move') {
      const [from, to] = [one.from, one.to].map(({ folder, name }) => `${folder}/${name}`)
      const file = files.get(from ?? '')
      if (file === undefined || to === undefined || files.has(to)) continue
      files.delete(from ?? '')
      files.set(to, { text: file.text, changedAt: now })
      continue
    }
    const path = `${one.folder}/${one.name}`
    const found = files.get(path)
    if ((found && digest(found.text)) !== one.expects) continue
    if (one.kind === 'remove') files.delete(path)
    else files.set(path, { text: one.text, changedAt: now })
  }
  if (writes.length > 0) model.isMissing = false
}

/** Decides and applies until nothing is left; undefined: there was no end. */
export function converge(model: FaceModel, stepsMax = 60): number | undefined {
  for (let step = 0; step < stepsMax; step += 1) {
    model.now += 3_000
    const decision = decide(model)
    const { requests, memory, writes, lookAgainAt } = decision
    if (requests.length + memory.length + writes.length === 0 && lookAgainAt === undefined) return step
    commit(model, decision)
    write(model, writes)
  }
  return undefined
}
