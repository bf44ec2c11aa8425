/** Owns a decision while it is made: the world by what is looked for in it, and what was decided so far. */
import { digest } from '../../base/digest.ts'
import { writeTaskFile, type FaceTask } from './file.ts'
import { readTaskFile, type ReadTaskFile } from './front-matter.ts'
import { conflictName, freeName, isConflict, reasonName } from './names.ts'
import type {
  FaceFile,
  FaceFolder,
  FaceMemory,
  FaceRequest,
  FaceWorld,
  FaceWrite,
  NoteAbout,
  ShownNote,
} from './world.ts'

/** How long a file must be as it is before it counts as whole, and how long it must be missing before it counts as deleted. */
export const SETTLED_MS = 2_000

/** A decision in the making. */
export interface Plan {
  readonly world: FaceWorld
  readonly requests: FaceRequest[]
  readonly memory: FaceMemory[]
  readonly writes: FaceWrite[]
  /** What the notes beside files that are no tasks are to say, by their names. */
  readonly fileNotes: Map<string, { readonly text: string; readonly about: NoteAbout }>
  readonly fileAt: (folder: FaceFolder, name: string) => FaceFile | undefined
  /** Each file is read once. */
  readonly read: (file: FaceFile) => ReadTaskFile | undefined
  readonly waits: number[]
}

/** Nothing is decided yet. */
export function newPlan(world: FaceWorld): Plan {
  const files = new Map(world.files.map((file) => [`${file.folder}/${file.name}`, file]))
  const texts = new Map<FaceFile, ReadTaskFile>()
  const read = (file: FaceFile) => {
    if (file.text === undefined) return undefined
    const known = texts.get(file) ?? readTaskFile(file.text, file.name)
    texts.set(file, known)
    return known
  }
  return {
    world,
    requests: [],
    memory: [],
    writes: [],
    fileNotes: new Map(),
    fileAt: (folder, name) => files.get(`${folder}/${name}`),
    read,
    waits: [],
  }
}

/** Whether nobody writes it any more; otherwise it is looked at again when that may be so. */
export function isSettled({ world: { now }, waits }: Plan, { changedAt }: FaceFile): boolean {
  // A time that has not come says nothing: the clock was set back.
  if (changedAt > now + SETTLED_MS || now - changedAt >= SETTLED_MS) return true
  waits.push(changedAt + SETTLED_MS)
  return false
}

/** A name that is free in a folder, for this decision too. */
export function nameIn(plan: Plan, folder: FaceFolder, name: string): string {
  const planned = (one: string) =>
    plan.writes.some((write) => {
      const target = write.kind === 'move' ? write.to : write
      return target.folder === folder && target.name === one
    })
  const { tasks, notes } = plan.world.shown
  const isShown = (one: string) =>
    tasks.some((row) => row.folder === folder && row.name === one) ||
    notes.some((row) => folder === 'queue' && row.name === one)
  return freeName(name, (one) => plan.fileAt(folder, one) !== undefined || planned(one) || isShown(one))
}

/** The file as it should be. */
export function wantedFile(task: FaceTask): { readonly text: string; readonly digest: string } {
  const text = writeTaskFile(task)
  return { text, digest: digest(text) }
}

/**
 * Whether a text of a person lies in a file of its own, so that it may be replaced. If not, it is put there: the rest is
 * decided once that is seen, for a crash in between must not lose it.
 */
export function isKept(plan: Plan, file: FaceFile, reason: string): boolean {
  const { text } = file
  if (text === undefined) return false
  if (plan.world.files.some((one) => isConflict(one.name) && one.digest === file.digest)) return true
  const name = nameIn(plan, 'queue', conflictName(file.name))
  const said = `The text of ${file.folder}/${file.name} is kept in ${name}: ${reason}.`
  remember(plan, { name: reasonName(name), text: noteText(said), about: { kind: 'conflict', name } })
  plan.writes.push({ kind: 'write', folder: 'queue', name, text, expects: undefined, reason: said })
  return false
}

/** The text of a note. */
export function noteText(said: string): string {
  return `${said}\n`
}

/** Notes something for a person, in the queue. A file there that is not marrow's stays. */
export function remember(
  plan: Plan,
  { name, text, about }: Pick<ShownNote, 'name' | 'text' | 'about'>,
): void {
  const known = plan.world.shown.notes.find((note) => note.name === name)
  const file = plan.fileAt('queue', name)
  const isOwn = file === undefined || known?.digests.includes(file.digest) === true
  const isSaid = known?.text === text && sameAbout(known.about, about)
  if (!isOwn || (isSaid && (known.isSeen || file !== undefined))) return
  const digests = [...(file ? [file.digest] : []), digest(text)]
  if (!isSaid) plan.memory.push({ kind: 'note', shown: { name, text, digests, about, isSeen: false } })
  if (file?.digest === digest(text)) return
  plan.writes.push({ kind: 'write', folder: 'queue', name, text, expects: file?.digest, reason: 'a note' })
}

function sameAbout(one: NoteAbout, other: NoteAbout): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
