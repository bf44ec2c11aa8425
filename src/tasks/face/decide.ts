/**
 * Decides what the files in the face of the board ask of it, and what it writes there. One decision makes one step for
 * each task; they are made again and again until there is nothing to do, so that a step that was cut off is made later.
 */
import { isReady, type Task } from '../task.ts'
import { decideAdded } from './added.ts'
import { textDigest, textOfTask, type FaceTask } from './file.ts'
import { nameOfTask, saysTask } from './names.ts'
import { decideNotes } from './notes.ts'
import { nameIn, newPlan, wantedFile, type Plan } from './plan.ts'
import { decideOver, decideShown, folderOf } from './shown.ts'
import type { FaceDecision, FaceFile, FaceFolder, FaceWorld, ShownTask } from './world.ts'

/** How many tasks have a file: more than a person reads, and few enough to be looked at each time. */
export const SHOWN_MAX = 500

/** What is to be done now. Pure: the same world gives the same decision. */
export function decideFace(world: FaceWorld): FaceDecision {
  const plan = newPlan(world)
  const open = new Map(world.tasks.map((one) => [String(one.task.id), one]))
  const wanted = new Set(firstOf(world).map(({ task }) => String(task.id)))
  const found = findFiles(plan)
  for (const row of world.shown.tasks) {
    const one = open.get(row.task)
    const { file, isForeign = false, isElsewhere = false } = found.byTask.get(row.task) ?? {}
    if (one === undefined) decideOver(plan, row, file)
    else decideShown(plan, { row, file, one, isWanted: wanted.has(row.task), isForeign, isElsewhere })
  }
  const rows = new Set(world.shown.tasks.map(({ task }) => task))
  const adopted = adopt(plan, found.loose, (id) => wanted.has(id) && !rows.has(id))
  for (const [id, one] of open) if (wanted.has(id) && !rows.has(id) && !adopted.has(id)) showNew(plan, one)
  for (const file of found.loose.filter(({ folder }) => folder === 'queue'))
    if (!isAdopted(plan, file)) decideAdded(plan, file, (id) => open.has(id))
  const leftOut = open.size - wanted.size
  decideNotes(plan, { open, leftOut })
  const { requests, memory, writes, waits } = plan
  return { requests, memory, writes, lookAgainAt: waits.length === 0 ? undefined : Math.min(...waits) }
}

/** Those that have a file: what is ready first, as it would be claimed. */
function firstOf({ tasks, now }: FaceWorld): readonly FaceTask[] {
  if (tasks.length <= SHOWN_MAX) return tasks
  const rank = ({ task }: FaceTask) => (isReady(task, now) ? 0 : 1)
  return tasks.toSorted((a, b) => rank(a) - rank(b) || byUrgency(a.task, b.task)).slice(0, SHOWN_MAX)
}

function byUrgency(a: Task, b: Task): number {
  return b.priority - a.priority || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}

interface Found {
  readonly file: FaceFile | undefined
  readonly isForeign: boolean
  readonly isElsewhere: boolean
}

interface Files {
  readonly byTask: ReadonlyMap<string, Found>
  /** Those that belong to no row. */
  readonly loose: readonly FaceFile[]
}

/** Which file belongs to which row: the one where it was written, else one that says so itself. */
function findFiles(plan: Plan): Files {
  const { files, shown } = plan.world
  const rows = new Map(shown.tasks.map((row) => [row.task, row]))
  const inPlace = new Set(shown.tasks.flatMap(({ folder, name }) => plan.fileAt(folder, name) ?? []))
  const byId = new Map<string, FaceFile[]>()
  const byName = new Map<string, FaceFile[]>()
  const isOwn = ({ folder, name, digests }: ShownTask) =>
    digests.includes(plan.fileAt(folder, name)?.digest ?? '')
  const untouched = new Set(shown.tasks.filter(isOwn).map(({ folder, name }) => plan.fileAt(folder, name)))
  // What marrow wrote is not read again: most files, at most times.
  for (const file of files.filter((one) => saysTask(one.name) && !untouched.has(one))) {
    const id = plan.read(file)?.id
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), file])
    else byName.set(file.name, [...(byName.get(file.name) ?? []), file])
  }
  const taken = new Set(inPlace)
  const find = (row: ShownTask): Found => {
    const own = plan.fileAt(row.folder, row.name)
    const said = byId.get(row.task) ?? []
    const id = own && !untouched.has(own) ? plan.read(own)?.id : undefined
    if (own)
      return { file: own, isForeign: id !== undefined && id !== row.task && rows.has(id), isElsewhere: false }
    const unnamed = (byName.get(row.name) ?? []).filter(
      ({ folder, digest }) => folder !== 'done' || row.digests.includes(digest),
    )
    const file = [...said, ...unnamed].filter((one) => !taken.has(one)).toSorted(byFolder)[0]
    if (file) taken.add(file)
    return { file, isForeign: false, isElsewhere: said.some((one) => inPlace.has(one)) }
  }
  const byTask = new Map(shown.tasks.map((row) => [row.task, find(row)]))
  return { byTask, loose: files.filter((file) => saysTask(file.name) && !taken.has(file)) }
}

// A copy that was left in the queue asks for nothing; of the rest, what asks for least.
const folders: readonly FaceFolder[] = ['queue', 'delegated', 'done']

function byFolder(a: FaceFile, b: FaceFile): number {
  return folders.indexOf(a.folder) - folders.indexOf(b.folder) || (a.name < b.name ? -1 : 1)
}

/** A file of a task whose file is not remembered, such as one that came back: what it says is decided in the next step. */
function adopt(plan: Plan, loose: readonly FaceFile[], isFree: (id: string) => boolean): Set<string> {
  const adopted = new Set<string>()
  for (const file of loose.filter(({ folder }) => folder !== 'done')) {
    const id = plan.read(file)?.id
    if (id === undefined || !isFree(id) || adopted.has(id)) continue
    adopted.add(id)
    const { folder, name } = file
    const shown = { task: id, folder, name, digests: [], content: '', seen: { state: 'there' } } as const
    plan.memory.push({ kind: 'task', shown })
  }
  return adopted
}

function isAdopted(plan: Plan, { folder, name }: FaceFile): boolean {
  return plan.memory.some(
    (one) => one.kind === 'task' && one.shown.folder === folder && one.shown.name === name,
  )
}

function showNew(plan: Plan, one: FaceTask): void {
  const folder = folderOf(one.task)
  const name = nameIn(plan, folder, nameOfTask(one.task))
  const { text, digest } = wantedFile(one)
  const content = textDigest(textOfTask(one.task))
  const seen = { state: 'never' } as const
  plan.memory.push({
    kind: 'task',
    shown: { task: one.task.id, folder, name, digests: [digest], content, seen },
  })
  plan.writes.push({ kind: 'write', folder, name, text, expects: undefined, reason: 'the task has no file' })
}
