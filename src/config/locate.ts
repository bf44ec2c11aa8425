/** Finds the line of a key. The tree comes from toml-eslint-parser; only the part that is looked at is typed here. */
import type { KeyPath } from './report.ts'

/** A node of the tree; `type` tells which of the other fields are there. */
export interface TomlNode {
  readonly type: string
  readonly loc: { readonly start: { readonly line: number } }
  /** The entries of the whole file, of a table, of an inline table. */
  readonly body?: readonly TomlNode[]
  /** The whole path of a table's header, with the index of each `[[…]]`. */
  readonly resolvedKey?: readonly (string | number)[]
  readonly key?: { readonly keys: readonly { readonly name?: string; readonly value?: string }[] }
  readonly value?: unknown
  readonly elements?: readonly TomlNode[]
}

/**
 * The 1-based line of the key at a path, or of the innermost table around it when the key itself is missing. Undefined
 * when the path is empty or nothing of it is in the file.
 */
export function lineFinder(program: TomlNode): (path: KeyPath) => number | undefined {
  const lines = new Map<string, number>()
  for (const { path, line } of placesIn(program.body?.[0]?.body ?? [], [])) {
    const name = JSON.stringify(path)
    if (!lines.has(name)) lines.set(name, line)
  }
  return (path) => {
    const depths = path.map((_, index) => path.length - index)
    const found = depths.find((depth) => lines.has(JSON.stringify(path.slice(0, depth))))
    return found === undefined ? undefined : lines.get(JSON.stringify(path.slice(0, found)))
  }
}

interface Place {
  readonly path: KeyPath
  readonly line: number
}

function placesIn(nodes: readonly TomlNode[], base: KeyPath): Place[] {
  return nodes.flatMap((node) => {
    const path = node.resolvedKey ?? [...base, ...namesOf(node)]
    const below =
      node.resolvedKey === undefined ? placesOfValue(node.value, path) : placesIn(node.body ?? [], path)
    return [...prefixes(path, base.length, node.loc.start.line), ...below]
  })
}

const DEPTH_MAX = 16 // No key that is ever reported lies deeper; a key of many thousand parts must not stall the daemon.

/** `a.b = 1` is also the place where `a` begins. */
function prefixes(path: KeyPath, from: number, line: number): Place[] {
  return path
    .slice(from, from + DEPTH_MAX)
    .map((_, index) => ({ path: path.slice(0, from + index + 1), line }))
}

function placesOfValue(value: unknown, path: KeyPath): Place[] {
  if (!isNode(value)) return []
  if (value.body !== undefined) return placesIn(value.body, path)
  return (value.elements ?? []).flatMap((element, index) => {
    const here = [...path, index]
    return [{ path: here, line: element.loc.start.line }, ...placesOfValue(element, here)]
  })
}

function namesOf(node: TomlNode): string[] {
  return (node.key?.keys ?? []).map((part) => part.name ?? part.value ?? '')
}

function isNode(value: unknown): value is TomlNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'loc' in value
}
