/** What a run sees of the machine, as rules about paths. A backend turns them into bubblewrap's words or a profile. */
import { dirname } from 'node:path'
import { isInside } from '../config/paths.ts'

/** `hidden`: a folder is empty and private, a file cannot be read. */
export type Access = 'hidden' | 'read-only' | 'read-write'

/** One path and everything below it, unless a rule about a deeper path says otherwise. */
export interface Rule {
  /** Absolute, without links. */
  readonly path: string
  readonly access: Access
  readonly kind: Kind
  /** What is seen at `path`, when it is not what lies there. */
  readonly from: string | undefined
  /** A hidden folder in which nothing can be made either. */
  readonly closed: boolean
  /** For people: what this is, such as "the workspace". */
  readonly why: string
}

/** A link leads to `from`, which is what stands in it; its access is that of what it leads to. */
export type Kind = 'folder' | 'file' | 'link'

/** Everything that the wall of one run lets through. */
export interface Policy {
  /** From the root down; of two rules about one path only the stronger is left. */
  readonly rules: readonly Rule[]
  readonly network: boolean
  /** How much each private folder holds; undefined: what the system gives it, half of the machine's memory. */
  readonly roomBytes?: number | undefined
  /** Paths that were wished for and left out, because a link that a run may have made leads to somewhere else. */
  readonly refused: readonly string[]
}

/** What must be known of the disk. */
export interface PathFacts {
  /** Follows links in the part of a path that exists. */
  readonly realPath: (path: string) => string
  /** Undefined: nothing is there. A socket or a device counts as a file. */
  readonly kindOf: (path: string) => Solid | undefined
  /** What a small text file says, without following a link at its end; undefined when it is none. */
  readonly textOf: (path: string) => string | undefined
}

type Solid = Exclude<Kind, 'link'>

/** A rule as it is wished for, before the disk is looked at. */
export interface Wish {
  readonly path: string
  readonly access: Access
  readonly from?: string
  readonly why: string
  /** A link to this path is shown there; nothing need lie at `path`. */
  readonly link?: string
  /** A rule only where the path would be hidden: what can be seen anyway stays as it is. */
  readonly reveals?: boolean
  /** Nothing can be made in the hidden folder. */
  readonly closed?: boolean
  /** What stands there, empty, where nothing does and a run could make it. */
  readonly mask?: Solid
}

/**
 * The rules for wishes, of which a later one about the same path wins. What does not exist is left out. A path behind a
 * link is let through where it really is, and under the name that was written where the link itself is hidden.
 */
export function rulesFor(wishes: readonly Wish[], facts: PathFacts, held: readonly string[] = []): Rule[] {
  const byPath = new Map<string, Rule>()
  const found = wishes.flatMap((wish) => rulesOf(wish, facts))
  for (const { rule, reveals } of found) if (!reveals) replace(byPath, rule)
  for (const { rule, reveals } of found) if (reveals && isHidden(rule.path, byPath)) replace(byPath, rule)
  for (const { rule, written } of found) {
    const isSeen = rule.kind !== 'link' && rule.access !== 'hidden'
    if (written === rule.path || !isSeen || !isHidden(written, byPath)) continue
    // As outside of the wall: a link to where it really is.
    replace(byPath, { ...rule, path: written, kind: 'link', from: rule.path })
  }
  for (const wish of wishes) addMask(wish, byPath, facts)
  return pinned(withHeld(withoutRepetition(inOrder([...byPath.values()])), held, facts), facts)
}

/** The rule that decides about a path. */
export function ruleOf(path: string, rules: readonly Rule[]): Rule | undefined {
  return rules.findLast((rule) => isInside(path, rule.path))
}

interface Found {
  readonly rule: Rule
  readonly written: string
  readonly reveals: boolean
}

function rulesOf(wish: Wish, facts: PathFacts): Found[] {
  const { path, access, from, why, link, reveals = false, closed = false } = wish
  if (link !== undefined)
    return [{ rule: { path, access, kind: 'link', from: link, closed, why }, written: path, reveals }]
  const kind = facts.kindOf(from ?? path)
  if (kind === undefined) return []
  const real = facts.realPath(path)
  const source = from === undefined ? undefined : facts.realPath(from)
  return [{ rule: { path: real, access, kind, from: source, closed, why }, written: path, reveals }]
}

/** Of folders that are all missing the first is masked: nothing can be made in the others then. */
function addMask({ path, mask, why }: Wish, byPath: Map<string, Rule>, facts: PathFacts): void {
  if (mask === undefined || facts.kindOf(path) !== undefined) return
  const real = facts.realPath(path)
  if (nearest(real, byPath)?.access !== 'read-write') return
  const missing = [...between('/', real), real].find((one) => facts.kindOf(one) === undefined) ?? real
  const kind = missing === real ? mask : 'folder'
  replace(byPath, { path: missing, access: 'hidden', kind, from: undefined, closed: true, why })
}

function replace(byPath: Map<string, Rule>, rule: Rule): void {
  byPath.delete(rule.path) // So that the later one also stands later.
  byPath.set(rule.path, rule)
}

function isHidden(path: string, byPath: ReadonlyMap<string, Rule>): boolean {
  return nearest(path, byPath)?.access === 'hidden'
}

/** As `ruleOf`, for rules in no order. */
function nearest(path: string, byPath: ReadonlyMap<string, Rule>): Rule | undefined {
  return byPath.get(path) ?? (path === '/' ? undefined : nearest(dirname(path), byPath))
}

/** Each rule is a mount, and what the folder above says already need not be said again. */
function withoutRepetition(rules: readonly Rule[]): Rule[] {
  const kept: Rule[] = []
  for (const rule of rules) {
    const above = ruleOf(rule.path, kept)
    // A link is made where all is private. Anywhere else it would be left behind in a folder of the machine.
    if (rule.kind === 'link' && above?.access !== 'hidden') continue
    const same = above !== undefined && above.access === rule.access && above.closed === rule.closed
    const seenAsItIs = above?.from === undefined && rule.from === undefined
    if (!same || !seenAsItIs) kept.push(rule)
  }
  return kept
}

function inOrder(rules: readonly Rule[]): Rule[] {
  const depth = ({ path }: Rule) => (path === '/' ? 0 : path.split('/').length - 1)
  return rules.toSorted((a, b) => depth(a) - depth(b))
}

/** What a run may write but must not move: a mount stays where it is. */
function withHeld(rules: readonly Rule[], held: readonly string[], facts: PathFacts): Rule[] {
  const extra = new Map<string, Rule>()
  for (const path of held.map(facts.realPath)) {
    const kind = facts.kindOf(path)
    const above = ruleOf(path, rules)
    if (kind === undefined || above?.access !== 'read-write' || above.path === path) continue
    const from = above.from === undefined ? undefined : above.from + path.slice(above.path.length)
    const why = 'stays in its place: marrow.toml names it'
    extra.set(path, { path, access: 'read-write', kind, from, closed: false, why })
  }
  return inOrder([...rules, ...extra.values()])
}

/**
 * What is kept from writing inside a folder that may be written could be moved away with the folder that holds it. A mount
 * cannot be renamed, so every folder in between becomes one.
 */
function pinned(rules: readonly Rule[], { kindOf }: PathFacts): Rule[] {
  const pins = rules.flatMap((rule, index) => {
    const above = ruleOf(rule.path, rules.slice(0, index))
    const writable = rule.access === 'read-write' && rule.from !== undefined
    if (writable || above?.access !== 'read-write') return []
    return between(above.path, rule.path).flatMap((path): Rule[] => {
      const from = above.from === undefined ? undefined : above.from + path.slice(above.path.length)
      if (kindOf(from ?? path) !== 'folder') return []
      const why = `keeps ${rule.path} in its place`
      return [{ path, access: 'read-write', kind: 'folder', from, closed: false, why }]
    })
  })
  const known = new Set(rules.map(({ path }) => path))
  const fresh = new Map(pins.filter(({ path }) => !known.has(path)).map((pin) => [pin.path, pin]))
  return inOrder([...rules, ...fresh.values()])
}

/** The folders below `top` and above `path`. */
function between(top: string, path: string): string[] {
  const steps = path
    .slice(top.length)
    .split('/')
    .filter((step) => step !== '')
  return steps.slice(1).map((_, index) => `${top === '/' ? '' : top}/${steps.slice(0, index + 1).join('/')}`)
}
