/** Decides about a task that has a file: whether a person changed, moved or deleted it, and what is written over it. */
import { applyEvent, type TaskEvent } from '../transitions.ts'
import { TITLE_CHARS_MAX } from '../queue.ts'
import { NOTHING_LEFT, type Task } from '../task.ts'
import { keysNotTaken, textDigest, textOfTask, type FaceTask } from './file.ts'
import { describeMistakes, type TaskText } from './front-matter.ts'
import { reasonName } from './names.ts'
import { isKept, isSettled, nameIn, noteText, remember, SETTLED_MS, wantedFile, type Plan } from './plan.ts'
import type { FaceFile, FaceFolder, ShownTask } from './world.ts'

/** A task with its row and its file. */
export interface Case {
  readonly row: ShownTask
  /** Undefined: it is missing. */
  readonly file: FaceFile | undefined
  readonly one: FaceTask
  /** False: there are so many tasks that this one has no file. */
  readonly isWanted: boolean
  /** The file says that it belongs to another task. */
  readonly isForeign: boolean
  /** The file of another task says that it belongs to this one. */
  readonly isElsewhere: boolean
}

/** Where the file of a task belongs: what somebody claimed by moving its file stays where it was moved to. */
export function folderOf({ state }: Task): FaceFolder {
  return state.status === 'claimed' && state.holder.by.kind === 'file' ? 'delegated' : 'queue'
}

/** One step for one task. Each leaves a state from which the next decision goes on, whatever is cut off. */
export function decideShown(plan: Plan, now: Case): void {
  const { row, file, one } = now
  if (file === undefined) return decideMissing(plan, now)
  const isChanged = !row.digests.includes(file.digest)
  if (isChanged && !isSettled(plan, file)) return
  const belongs = folderOf(one.task)
  if (file.folder !== row.folder && file.folder !== belongs) return decideMoved(plan, now, file)
  if (file.folder === belongs && (file.folder !== row.folder || file.name !== row.name))
    return show(plan, { ...row, folder: file.folder, name: file.name, seen: { state: 'there' } })
  if (file.folder !== belongs) return moveTo(plan, file, belongs, `the task is ${one.task.state.status}`)
  if (isChanged) return decideChanged(plan, now, file)
  if (now.isWanted) return rewrite(plan, now, file, 'the task has changed')
  // Before it goes: once it is missing, nobody could tell that from a deletion.
  show(plan, { ...row, seen: { state: 'never' } })
  const { folder, name, digest } = file
  plan.writes.push({ kind: 'remove', folder, name, expects: digest, reason: 'other open tasks come first' })
}

function show(plan: Plan, shown: ShownTask): void {
  plan.memory.push({ kind: 'task', shown })
}

function moveTo(plan: Plan, { folder, name }: FaceFile, to: FaceFolder, reason: string): void {
  const target = { folder: to, name: nameIn(plan, to, name) }
  const isBack = plan.fileAt(to, name) === undefined
  plan.writes.push({
    kind: 'move',
    from: { folder, name },
    to: isBack ? { folder: to, name } : target,
    reason,
  })
}

function decideMissing(plan: Plan, now: Case): void {
  const { row, one, isWanted } = now
  const { listing, now: at } = plan.world
  if (listing === 'partial') return
  const isSure = row.seen.state !== 'never' && listing === 'whole' && !now.isElsewhere
  if (!isSure) {
    if (isWanted) putBack(plan, now, 'its file is missing')
    else plan.memory.push({ kind: 'forget-task', task: row.task })
    return
  }
  const since = row.seen.state === 'missing' && row.seen.since <= at ? row.seen.since : at
  if (row.seen.state !== 'missing' || row.seen.since !== since)
    show(plan, { ...row, seen: { state: 'missing', since } })
  if (at - since < SETTLED_MS) {
    plan.waits.push(since + SETTLED_MS)
    return
  }
  const reason = 'its file was deleted'
  const refusal = ask(plan, one.task, { kind: 'cancel', reason }, reason)
  if (refusal === undefined) plan.memory.push({ kind: 'forget-task', task: row.task })
  else refuse(plan, now, row.name, `The task is not cancelled, although its file was deleted: ${refusal}`)
  if (refusal !== undefined && isWanted) putBack(plan, now, refusal)
  if (refusal !== undefined && !isWanted) plan.memory.push({ kind: 'forget-task', task: row.task })
}

/** Asks as somebody who changed a file. Undefined: granted, and requested of the board; else why not. */
function ask(plan: Plan, task: Task, event: TaskEvent, reason: string): string | undefined {
  const result = applyEvent(task, event, { by: { kind: 'file' }, at: plan.world.now })
  if (!result.ok) return result.refusal.reason
  plan.requests.push({ kind: 'event', task: task.id, event, reason })
  return undefined
}

function refuse(plan: Plan, { one }: Case, file: string, said: string): void {
  const about = { kind: 'task', task: one.task.id, until: wantedFile(one).digest } as const
  remember(plan, { name: reasonName(file), text: noteText(`${said}.`), about })
}

/** Writes a file that is not there. */
function putBack(plan: Plan, { row, one }: Case, reason: string): void {
  const folder = folderOf(one.task)
  const { text, digest } = wantedFile(one)
  const name = plan.fileAt(folder, row.name) === undefined ? row.name : nameIn(plan, folder, row.name)
  const content = textDigest(textOfTask(one.task))
  show(plan, { ...row, folder, name, digests: [digest], content, seen: { state: 'never' } })
  plan.writes.push({ kind: 'write', folder, name, text, expects: undefined, reason })
}

const asked: Readonly<
  Record<FaceFolder, { readonly event: TaskEvent; readonly did: string; readonly not: string }>
> = {
  done: {
    event: { kind: 'finish', result: 'its file was moved to done/' },
    did: 'its file was moved to done/',
    not: 'done',
  },
  delegated: {
    event: { kind: 'claim', lease: undefined },
    did: 'its file was moved to delegated/',
    not: 'claimed',
  },
  queue: {
    event: { kind: 'release', reason: 'its file was moved back to the queue', left: NOTHING_LEFT },
    did: 'its file was moved back to queue/',
    not: 'given back',
  },
}

/** A move asks for something, of the task as the moved file says it. */
function decideMoved(plan: Plan, now: Case, file: FaceFile): void {
  const { row, one } = now
  const { event, did, not } = asked[file.folder]
  const text = row.digests.includes(file.digest) ? undefined : editOf(plan, now, file)
  const task = text === undefined ? one.task : { ...one.task, ...text }
  const before = plan.requests.length
  const refusal = ask(plan, task, event, did)
  if (refusal !== undefined) {
    refuse(plan, now, row.name, `The task is not ${not}, although ${did}: ${refusal}`)
    moveTo(plan, file, folderOf(one.task), refusal)
    return
  }
  if (text !== undefined)
    plan.requests.splice(before, 0, { kind: 'edit', task: task.id, text, reason: 'its file was changed' })
  if (file.folder === 'done') plan.memory.push({ kind: 'forget-task', task: row.task })
  else {
    const taken = text === undefined ? {} : { digests: [file.digest], content: textDigest(text) }
    show(plan, { ...row, ...taken, folder: file.folder, name: file.name, seen: { state: 'there' } })
  }
}

/** What a changed file says, when it may be taken; undefined: it may not, or says nothing new. */
function editOf(plan: Plan, { row, one, isForeign }: Case, file: FaceFile): TaskText | undefined {
  const said = saidIn(plan, one, file)
  const current = textOfTask(one.task)
  const isFree = one.task.state.status === 'todo' && row.content === textDigest(current) && !isForeign
  return isFree && said !== undefined && textDigest(said) !== textDigest(current) ? said : undefined
}

/** Without a heading the title stays as it is. */
function saidIn(plan: Plan, { task }: FaceTask, file: FaceFile): TaskText | undefined {
  const read = plan.read(file)
  if (read?.text === undefined) return undefined
  return { title: read.text.title ?? textOfTask(task).title, body: read.text.body }
}

function decideChanged(plan: Plan, now: Case, file: FaceFile): void {
  const { row, one, isForeign } = now
  const read = plan.read(file)
  const said = saidIn(plan, one, file)
  if (read === undefined || said === undefined || hasLongTitle(said)) {
    const mistakes = read === undefined ? unreadable : describeMistakes(read.mistakes)
    const text = noteText(`The change of ${file.name} is not taken:\n${mistakes}`)
    plan.fileNotes.set(reasonName(file.name), { text, about: { kind: 'file', name: file.name } })
    return
  }
  const keys = keysNotTaken(read.values, one)
  const isOtherText = textDigest(said) !== textDigest(textOfTask(one.task))
  const edit = editOf(plan, now, file)
  const reason = whyKept({ one, keys, isForeign, isRefused: isOtherText && edit === undefined })
  if (reason !== undefined && !isKept(plan, file, reason)) return
  if (edit === undefined) return rewrite(plan, now, file, reason ?? 'it says the same in other words')
  plan.requests.push({ kind: 'edit', task: one.task.id, text: edit, reason: 'its file was changed' })
  show(plan, { ...row, digests: [file.digest], content: textDigest(edit), seen: { state: 'there' } })
}

/** What is told of a file that nobody can read. */
export const unreadable = '- It is no text of at most 256 KiB, or may not be read.'

function hasLongTitle({ title }: TaskText): boolean {
  return title.length > TITLE_CHARS_MAX
}

interface Why {
  readonly one: FaceTask
  readonly keys: readonly string[]
  readonly isForeign: boolean
  readonly isRefused: boolean
}

function whyKept({ one, keys, isForeign, isRefused }: Why): string | undefined {
  const { id, state } = one.task
  if (isForeign) return `it says that it is another task than ${id}, whose place it took`
  if (isRefused && state.status !== 'todo')
    return `${id} is ${state.status}, and only a task in todo is changed`
  if (isRefused) return `${id} was changed elsewhere too`
  if (keys.length === 0) return undefined
  return `only title and body of a task that is there are taken from its file, not ${keys.slice(0, 10).join(', ')}`
}

/** Writes the task over what stands in its file, or remembers that it is so already. */
function rewrite(plan: Plan, { row, one }: Case, file: FaceFile, reason: string): void {
  const { text, digest } = wantedFile(one)
  const isThere = file.digest === digest
  const digests = isThere ? [digest] : [file.digest, digest]
  const content = textDigest(textOfTask(one.task))
  const next: ShownTask = { ...row, digests, content, seen: { state: 'there' } }
  const isKnown =
    row.seen.state === 'there' && row.content === content && digests.join() === row.digests.join()
  if (!isKnown) show(plan, next)
  const { folder, name } = file
  if (!isThere) plan.writes.push({ kind: 'write', folder, name, text, expects: file.digest, reason })
}

/** One step for a task that is over, or in another project by now: its file goes, and what a person wrote into it stays. */
export function decideOver(plan: Plan, row: ShownTask, file: FaceFile | undefined): void {
  const isChanged = file !== undefined && !row.digests.includes(file.digest)
  const isInPlace = file?.folder === row.folder && file.name === row.name
  // What a person put elsewhere and wrote into is a file of theirs.
  const isTheirs = file?.folder === 'done' || (isChanged && (!isInPlace || file.text === undefined))
  if (file === undefined || isTheirs) {
    plan.memory.push({ kind: 'forget-task', task: row.task })
    return
  }
  if (isChanged && !isSettled(plan, file)) return
  if (isChanged && !isKept(plan, file, `${row.task} is no open task any more`)) return
  // Somebody may begin the task afresh before its row is gone, and then its file was not deleted by a person.
  if (row.seen.state !== 'never') show(plan, { ...row, seen: { state: 'never' } })
  const { folder, name, digest } = file
  plan.writes.push({ kind: 'remove', folder, name, expects: digest, reason: 'the task is over' })
}
