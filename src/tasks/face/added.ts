/** Decides about files in the queue that belong to no task: each becomes one, or a note says why not. */
import type { TaskId } from '../task.ts'
import { textDigest } from './file.ts'
import { describeMistakes, normalTitle, type ReadTaskFile } from './front-matter.ts'
import { reasonName } from './names.ts'
import { isSettled, noteText, type Plan } from './plan.ts'
import { unreadable } from './shown.ts'
import type { FaceFile } from './world.ts'

const ADDED_MAX = 100 // At once, in one transaction; the rest becomes tasks in the next decisions.

/** `isOpen`: a task of this id has a file of its own. */
export function decideAdded(plan: Plan, file: FaceFile, isOpen: (id: TaskId) => boolean): void {
  if (!isSettled(plan, file)) return
  const say = (said: string) => {
    const text = noteText(`${file.name} is not taken as a task:\n${said}`)
    plan.fileNotes.set(reasonName(file.name), { text, about: { kind: 'file', name: file.name } })
  }
  const read = plan.read(file)
  if (read === undefined) return say(unreadable)
  if (file.text?.trim() === '') return // Somebody is about to write it.
  if (read.id !== undefined) {
    const why = isOpen(read.id) ? 'has another file' : 'is no open task here'
    return say(`- ${read.id} ${why}. Fix: Remove the line id, and the file becomes a new task.`)
  }
  const lacking = (read.draft?.dependsOn ?? []).filter((id) => !plan.world.isTask(id))
  if (read.draft === undefined || read.text === undefined) return say(describeMistakes(read.mistakes))
  if (lacking.length > 0) return say(`- depends_on: there is no task ${lacking.join(', ')}.`)
  if (plan.requests.filter(({ kind }) => kind === 'add').length >= ADDED_MAX) return
  add(plan, file, read, read.draft)
}

function add(
  plan: Plan,
  file: FaceFile,
  read: ReadTaskFile,
  draft: NonNullable<ReadTaskFile['draft']>,
): void {
  const { folder, name, digest } = file
  const fallback = normalTitle(name.replace(/\.md$/i, ''))
  const text = { title: read.text?.title ?? fallback, body: read.text?.body ?? '' }
  const shown = {
    folder,
    name,
    digests: [digest],
    content: textDigest(text),
    seen: { state: 'there' },
  } as const
  plan.requests.push({ kind: 'add', text, draft, shown, reason: `${folder}/${name} is new` })
}
