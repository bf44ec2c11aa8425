/** Owns how the delegation graph is drawn: as a tree for the terminal, and as Mermaid. */
import { plain } from '../base/plain.ts'
import type { Catalogue } from './catalogue.ts'
import { baseOf, variantsOf } from './variants.ts'
import type { LinkedRole } from './role.ts'

/**
 * A tree for each role that no other may call, of all roles. Each stands once with whom it may call; where it stands again
 * it refers to that.
 */
export function delegationTree(catalogue: Catalogue): string[] {
  const drawn = new Set<string>()
  const lines: string[] = []
  for (const root of rootsFirst(catalogue)) {
    if (drawn.has(root.id)) continue
    lines.push(describe(catalogue, root))
    drawn.add(root.id)
    drawBelow(catalogue, root, { indent: '', above: [root.id], drawn, lines })
  }
  return lines
}

interface Drawing {
  readonly indent: string
  /** The ids on the way from the root. */
  readonly above: readonly string[]
  readonly drawn: Set<string>
  readonly lines: string[]
}

function drawBelow(catalogue: Catalogue, role: LinkedRole, drawing: Drawing): void {
  const { indent, above, drawn, lines } = drawing
  const callees = calleesIn(catalogue, role)
  for (const [index, callee] of callees.entries()) {
    const isLast = index === callees.length - 1
    const line = `${indent}${isLast ? '└─ ' : '├─ '}`
    if (drawn.has(callee.id)) {
      lines.push(`${line}${plain(callee.id)} (${above.includes(callee.id) ? 'a cycle' : 'see above'})`)
      continue
    }
    drawn.add(callee.id)
    lines.push(`${line}${describe(catalogue, callee)}`)
    const below = `${indent}${isLast ? '   ' : '│  '}`
    drawBelow(catalogue, callee, { ...drawing, indent: below, above: [...above, callee.id] })
  }
}

/** Whoever nobody calls, then the rest, which is drawn as a root only if a cycle hides it; higher levels first. */
function rootsFirst(catalogue: Catalogue): LinkedRole[] {
  const roles = [...catalogue.roles.values()].toSorted(byLevel)
  const called = new Set(roles.flatMap((role) => calleesIn(catalogue, role).map(({ id }) => id)))
  return [...roles.filter(({ id }) => !called.has(id)), ...roles.filter(({ id }) => called.has(id))]
}

function byLevel(one: LinkedRole, other: LinkedRole): number {
  const [a, b] = [one, other].map(({ level }) => level ?? Number.MAX_SAFE_INTEGER)
  return (a ?? 0) - (b ?? 0) || (one.id < other.id ? -1 : 1)
}

/** Those that are declared, each followed by its variants. */
function calleesIn(catalogue: Catalogue, role: LinkedRole): LinkedRole[] {
  const ids = role.delegates.flatMap((id) => [id, ...variantsOf(catalogue, id)])
  return [...new Set(ids)].flatMap((id) => catalogue.roles.get(id) ?? [])
}

function describe(catalogue: Catalogue, role: LinkedRole): string {
  const { id, level, leaf, scheduled, callable, source } = role
  const base = source === 'workspace' ? baseOf(catalogue, role) : undefined
  const facts = [
    level === undefined ? [] : `L${level}`,
    base === undefined ? [] : `variant of ${base.id}`,
    scheduled ? 'scheduled' : [],
    leaf && level === undefined ? 'leaf' : [],
    callable ? [] : 'not callable',
  ].flat()
  return plain(facts.length === 0 ? id : `${id} (${facts.join(', ')})`)
}

/** The same graph as text that Mermaid draws. */
export function delegationMermaid(catalogue: Catalogue): string[] {
  const roles = [...catalogue.roles.values()].toSorted(byLevel)
  const nodes = new Map(roles.map(({ id }, index) => [id, `r${index}`]))
  const boxes = roles.map((role) => {
    const label = quoted(describe(catalogue, role))
    return `  ${nodes.get(role.id)}${role.scheduled ? `([${label}])` : `[${label}]`}`
  })
  const arrows = roles.flatMap((role) => [
    ...role.delegates.map((id) => [role.id, '-->', id] as const),
    ...variantsOf(catalogue, role.id).map((id) => [role.id, '-. variant .->', id] as const),
  ])
  const lines = arrows.flatMap(([from, arrow, to]) => {
    const [start, end] = [nodes.get(from), nodes.get(to)]
    return start === undefined || end === undefined ? [] : [`  ${start} ${arrow} ${end}`]
  })
  return ['flowchart TD', ...boxes, ...lines]
}

/** Mermaid has a grammar of its own inside of quotes, Markdown too: what is no letter, digit or plain sign goes as its number. */
function quoted(label: string): string {
  const escaped = label.replace(/[^\p{L}\p{N} /,()-]/gu, (letter) => `#${letter.codePointAt(0)};`)
  return `"${escaped}"`
}
