/** Decides about the notes that marrow writes for people beside the files of tasks: they stay as long as they are true. */
import { counted } from '../../base/numbers.ts'
import { digest } from '../../base/digest.ts'
import type { FaceTask } from './file.ts'
import { MORE_FILE } from './names.ts'
import { noteText, remember, wantedFile, type Plan } from './plan.ts'
import type { NoteAbout, ShownNote } from './world.ts'

/** What the notes depend on. */
export interface NoteWorld {
  /** Open tasks by id. */
  readonly open: ReadonlyMap<string, FaceTask>
  /** How many of them have no file. */
  readonly leftOut: number
}

/** Writes what is new, and takes away what is not true any more. */
export function decideNotes(plan: Plan, world: NoteWorld): void {
  const { notes } = plan.world.shown
  if (world.leftOut > 0)
    remember(plan, { name: MORE_FILE, text: moreText(world.leftOut), about: { kind: 'more' } })
  for (const [name, { text, about }] of plan.fileNotes) remember(plan, { name, text, about })
  const said = new Set(plan.memory.flatMap((one) => (one.kind === 'note' ? [one.shown.name] : [])))
  for (const note of notes.filter(({ name }) => !said.has(name)))
    decideNote(plan, note, isTrue(plan, note, world))
}

function moreText(count: number): string {
  const are = count === 1 ? 'is' : 'are'
  return noteText(
    `# ${counted(count, 'more open task')}\n\nThere ${are} ${counted(count, 'open task')} that no file here shows: those that can be worked on come first.\n\`marrow task list\` shows all.`,
  )
}

function isTrue(plan: Plan, note: ShownNote, { open, leftOut }: NoteWorld): boolean {
  const { about } = note
  switch (about.kind) {
    case 'more':
      return leftOut > 0
    case 'file':
      return plan.fileNotes.has(note.name)
    case 'conflict':
      return plan.fileAt('queue', about.name) !== undefined
    case 'task': {
      const one = open.get(about.task)
      return one !== undefined && wantedFile(one).digest === about.until
    }
  }
}

function decideNote(plan: Plan, note: ShownNote, isStill: boolean): void {
  const { name, text, about } = note
  const file = plan.fileAt('queue', name)
  if (isStill) {
    if (file?.digest === digest(text) && !note.isSeen)
      plan.memory.push({ kind: 'note', shown: { ...note, digests: [file.digest], isSeen: true } })
    else if (!note.isSeen && !isWritten(plan, name)) remember(plan, { name, text, about })
  } else if (file !== undefined && note.digests.includes(file.digest))
    plan.writes.push({
      kind: 'remove',
      folder: 'queue',
      name,
      expects: file.digest,
      reason: reasons[about.kind],
    })
  else plan.memory.push({ kind: 'forget-note', name })
}

function isWritten(plan: Plan, name: string): boolean {
  return plan.writes.some(
    (write) => write.kind === 'write' && write.folder === 'queue' && write.name === name,
  )
}

const reasons: Readonly<Record<NoteAbout['kind'], string>> = {
  more: 'every open task has a file',
  file: 'the file it is about is taken, or gone',
  conflict: 'the text it is about is gone',
  task: 'the task it is about has changed',
}
