// Owns what installing would change in the operator's layer: file by file, and never a file that the operator edited.
import { digest } from '../base/digest.ts'

/** What becomes of one file of the layer. */
export type Change =
  | { readonly kind: 'add'; readonly path: string; readonly text: string }
  | { readonly kind: 'change'; readonly path: string; readonly before: string; readonly text: string }
  | { readonly kind: 'remove'; readonly path: string; readonly before: string }
  | { readonly kind: 'same'; readonly path: string; readonly text: string }
  /** It stays as the operator has it, though the source has something else. */
  | {
      readonly kind: 'keep'
      readonly path: string
      readonly why: KeptWhy
      readonly before: string | undefined
    }

/** Edited or deleted since it was installed; or never installed from this source at all. */
export type KeptWhy = 'edited' | 'deleted' | 'foreign'

/** The three states of a layer's files, by path. */
export interface Ground {
  /** Digests, as they were installed last. */
  readonly recorded: Readonly<Record<string, string>>
  /** Texts, as they lie there now. */
  readonly present: ReadonlyMap<string, string>
  /** Texts, as the source has them. */
  readonly offered: ReadonlyMap<string, string>
  /** Whether what the source has counts more than what the operator did. */
  readonly theirs: boolean
}

/** By path. Applying it and planning again gives only `same` and `keep`. */
export function planChanges(ground: Ground): Change[] {
  const paths = new Set([...Object.keys(ground.recorded), ...ground.offered.keys()])
  return [...paths].toSorted().flatMap((path) => changeOf(path, ground) ?? [])
}

/** The digests to be recorded when the changes were made. */
export function recordAfter(
  recorded: Ground['recorded'],
  changes: readonly Change[],
): Record<string, string> {
  const after = changes.flatMap((change): [string, string][] => {
    const { kind, path } = change
    if (kind === 'remove') return []
    if (kind !== 'keep') return [[path, digest(change.text)]]
    // As it was: so the next update says the same again, and can still be told to take the source's.
    const before = recorded[path]
    return before === undefined ? [] : [[path, before]]
  })
  return Object.fromEntries(after)
}

function changeOf(path: string, { recorded, present, offered, theirs }: Ground): Change | undefined {
  const [was, before, text] = [recorded[path], present.get(path), offered.get(path)]
  if (text === undefined) {
    if (before === undefined) return undefined
    return digest(before) === was || theirs
      ? { kind: 'remove', path, before }
      : { kind: 'keep', path, why: 'edited', before }
  }
  if (before === text) return { kind: 'same', path, text }
  if (before === undefined)
    return was === undefined || theirs
      ? { kind: 'add', path, text }
      : { kind: 'keep', path, why: 'deleted', before }
  if (digest(before) === was || theirs) return { kind: 'change', path, before, text }
  return { kind: 'keep', path, why: was === undefined ? 'foreign' : 'edited', before }
}
