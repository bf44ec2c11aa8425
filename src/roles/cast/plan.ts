/** Decides what casting does to the files of one folder: only what marrow wrote is replaced or removed. */
import { markOf, markText } from './marker.ts'
import type { CastFile } from './target.ts'

/** What stands where roles are cast to. */
export interface FoundFile {
  /** As in CastFile. */
  readonly path: string
  /** Undefined: a folder, a link, or a file larger than anything that is cast. */
  readonly text: string | undefined
}

/** Whether there is anything of marrow's among it, edited or not. */
export function holdsCast(found: readonly FoundFile[]): boolean {
  return found.some(({ text }) => text !== undefined && markOf(text).kind === 'marked')
}

/** What is done with one path. */
export type CastStep =
  | { readonly kind: 'write'; readonly path: string; readonly of: string; readonly text: string }
  | { readonly kind: 'keep'; readonly path: string; readonly of: string }
  /** Ours, edited by somebody: put back, and what was there kept aside. */
  | {
      readonly kind: 'restore'
      readonly path: string
      readonly of: string
      readonly text: string
      readonly aside: string
    }
  /** Ours and no longer wanted. `aside` is what somebody made of it. */
  | {
      readonly kind: 'remove'
      readonly path: string
      readonly of: string
      readonly aside: string | undefined
    }
  /** A file of an earlier casting without a mark is taken over: its text is kept aside; without `text`, no other takes its place. */
  | {
      readonly kind: 'adopt'
      readonly path: string
      readonly of: string
      readonly text: string | undefined
      readonly aside: string
    }
  /** Not ours, and left: a CLI would use it in place of a role, or beside it. */
  | { readonly kind: 'foreign'; readonly path: string; readonly of: string; readonly inTheWay: boolean }

/** What is wanted and what is there. */
export interface CastWorld {
  readonly wanted: readonly CastFile[]
  readonly found: readonly FoundFile[]
  /** Paths at which another layout puts a role, with the role's id: an earlier casting may have left files there. */
  readonly former: ReadonlyMap<string, string>
  /** Whether unmarked files of an earlier casting are taken over. */
  readonly adopt: boolean
}

/** By path. Carried out, a second plan keeps everything. */
export function planCast({ wanted, found, former, adopt }: CastWorld): CastStep[] {
  const there = new Map(found.map((file) => [file.path, file]))
  const wantedPaths = new Set(wanted.map(({ path }) => path))
  return [
    ...wanted.map((file) => stepTo(file, there.get(file.path), adopt)),
    ...found.flatMap((file) =>
      wantedPaths.has(file.path) ? [] : leftOver(file, former.get(file.path), adopt),
    ),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function stepTo({ path, text, of }: CastFile, there: FoundFile | undefined, adopt: boolean): CastStep {
  const marked = markText(text, of)
  if (there === undefined) return { kind: 'write', path, of, text: marked }
  if (there.text === undefined) return { kind: 'foreign', path, of, inTheWay: true }
  if (there.text === marked) return { kind: 'keep', path, of }
  const mark = markOf(there.text)
  if (mark.kind === 'marked') {
    return mark.edited
      ? { kind: 'restore', path, of, text: marked, aside: there.text }
      : { kind: 'write', path, of, text: marked }
  }
  if (adopt) return { kind: 'adopt', path, of, text: marked, aside: there.text }
  return { kind: 'foreign', path, of, inTheWay: true }
}

/** What nobody wants there. Other people's agents are none of marrow's business. */
function leftOver({ path, text }: FoundFile, former: string | undefined, adopt: boolean): CastStep[] {
  const mark = text === undefined ? undefined : markOf(text)
  if (mark?.kind === 'marked')
    return [{ kind: 'remove', path, of: mark.of, aside: mark.edited ? text : undefined }]
  if (former === undefined) return []
  if (adopt && text !== undefined) return [{ kind: 'adopt', path, of: former, text: undefined, aside: text }]
  return [{ kind: 'foreign', path, of: former, inTheWay: false }]
}
