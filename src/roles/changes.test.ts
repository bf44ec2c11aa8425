import { assert, boolean, constantFrom, dictionary, property } from 'fast-check'
import { test } from 'vitest'
import { digest } from '../base/digest.ts'
import { planChanges, recordAfter, type Change, type Ground } from './changes.ts'

type State = 'old' | 'new' | 'mine' | undefined

/** One file: what was recorded, what lies there, what is offered. */
function plan(was: State, here: State, offered: State, theirs = false): string | undefined {
  const present = new Map(here === undefined ? [] : [['f', here]])
  const recorded: Record<string, string> = was === undefined ? {} : { f: digest(was) }
  const [change] = planChanges({
    recorded,
    present,
    offered: new Map(offered === undefined ? [] : [['f', offered]]),
    theirs,
  })
  return change?.kind === 'keep' ? `keep ${change.why}` : change?.kind
}

test.for([
  [undefined, undefined, 'new', 'add', 'add'],
  [undefined, 'new', 'new', 'same', 'same'],
  [undefined, 'mine', 'new', 'keep foreign', 'change'],
  ['old', 'old', 'old', 'same', 'same'],
  ['old', 'old', 'new', 'change', 'change'],
  ['old', 'new', 'new', 'same', 'same'],
  ['old', 'mine', 'new', 'keep edited', 'change'],
  ['old', 'mine', 'old', 'keep edited', 'change'],
  ['old', undefined, 'new', 'keep deleted', 'add'],
  ['old', undefined, 'old', 'keep deleted', 'add'],
  ['old', 'old', undefined, 'remove', 'remove'],
  ['old', 'mine', undefined, 'keep edited', 'remove'],
  ['old', undefined, undefined, undefined, undefined],
] as const)(
  'recorded %s, here %s, offered %s: %s, and %s with --theirs',
  ([was, here, offered, usual, theirs], { expect }) => {
    expect(plan(was, here, offered)).toBe(usual)
    expect(plan(was, here, offered, true)).toBe(theirs)
  },
)

const texts = dictionary(constantFrom('a', 'b', 'c', 'd'), constantFrom('1', '2', '3'))

function applied(present: ReadonlyMap<string, string>, changes: readonly Change[]): Map<string, string> {
  const after = new Map(present)
  for (const change of changes) {
    if (change.kind === 'add' || change.kind === 'change') after.set(change.path, change.text)
    if (change.kind === 'remove') after.delete(change.path)
  }
  return after
}

test('planning again after applying changes nothing, and no text of the operator is lost', ({ expect }) => {
  assert(
    property(texts, texts, texts, boolean(), (was, here, offer, theirs) => {
      const recorded = Object.fromEntries(Object.entries(was).map(([path, text]) => [path, digest(text)]))
      const ground: Ground = {
        recorded,
        present: new Map(Object.entries(here)),
        offered: new Map(Object.entries(offer)),
        theirs,
      }
      const changes = planChanges(ground)
      const present = applied(ground.present, changes)
      const again = planChanges({ ...ground, present, recorded: recordAfter(recorded, changes) })
      expect(again.filter(({ kind }) => kind !== 'same' && kind !== 'keep')).toEqual([])
      if (theirs) return
      for (const [path, text] of ground.present)
        if (digest(text) !== recorded[path]) expect(present.get(path)).toBe(text)
    }),
  )
})
