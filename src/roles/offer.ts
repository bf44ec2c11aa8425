// Owns which files of a source are taken into the operator's layer, and everything for which a source is refused.
import { posix } from 'node:path'
import type { Problem } from '../base/errors.ts'
import { plainStart } from '../base/plain.ts'
import { newReport, problemOf } from '../config/report.ts'
import { isSegment } from './role-files.ts'
import { readSettings } from './settings.ts'

/** Something in a source, by its path from the top; `id` is what its reader finds it by. */
export interface Entry {
  readonly path: string
  readonly kind: 'file' | 'link' | 'repository' | 'other'
  readonly bytes: number
  readonly id: string
}

/** What a source has, and where it belongs: its files by their paths in the layer, such as `roles/l2/lead.md`. */
export interface Chosen {
  readonly files: ReadonlyMap<string, Entry>
  readonly problems: readonly Problem[]
}

/** The largest file that is taken, and how much they may be together. */
export const FILE_BYTES_MAX = 1024 * 1024
const ALL_BYTES_MAX = 8 * FILE_BYTES_MAX
const FILES_MAX = 1_000
const DEPTH_MAX = 8
const NAME_LENGTH_MAX = 120

/** Why a path cannot be one in the layer; undefined when it can. */
export function pathProblem(path: string): string | undefined {
  const [top, ...below] = path.split('/')
  if (top !== 'roles' || below.length === 0) return 'it does not lie below roles/'
  if (below.length > DEPTH_MAX) return `it lies more than ${DEPTH_MAX} folders deep`
  const odd = below.find((name) => !isSegment(name) || name.length > NAME_LENGTH_MAX)
  if (odd === undefined) return undefined
  return `${JSON.stringify(plainStart(odd, 60))} is no name for it (letters, digits, space, _ . and -)`
}

/** The id of the role in a file of the layer: `l2/lead` for `roles/l2/lead.md`. */
export function roleIdOf(path: string): string {
  return path.replace(/^roles\//, '').replace(/\.md$/, '')
}

/** Where the roles of a source are, or why that cannot be known. */
export type RolesDir =
  | { readonly kind: 'dir'; readonly dir: string }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] }

/** The folder that a source's own roles.toml names, or `roles`. What it says of targets is its own affair. */
export function rolesDirOf(text: string | undefined): RolesDir {
  if (text === undefined) return { kind: 'dir', dir: 'roles' }
  const report = newReport()
  const dir = (readSettings(text, report).rolesDir ?? 'roles').replace(/\/$/, '')
  if (!dir.split('/').every((name) => /^\.?[A-Za-z0-9_][A-Za-z0-9 _.-]*$/.test(name)))
    report.problem(['project', 'roles_dir'], 'is no plain path of a folder.', 'Write it like "roles".')
  const problems = report.problems
    .filter(({ path }) => path.length === 0 || path[0] === 'project')
    .map((issue) => problemOf(issue, 'roles.toml', undefined))
  return problems.length === 0 ? { kind: 'dir', dir } : { kind: 'wrong', problems }
}

/** Of everything below the folder of roles: the role files. Whatever is no plain file is refused, wherever it points. */
export function chooseRoles(entries: readonly Entry[], rolesDir: string): Chosen {
  return choose(entries, rolesDir, (path) => path.endsWith('.md') && posix.basename(path) !== 'README.md')
}

/** The files among `entries` that roles name as their `prompt_file`. `named`: paths in the layer. */
export function choosePrompts(
  entries: readonly Entry[],
  rolesDir: string,
  named: ReadonlySet<string>,
): Chosen {
  return choose(entries, rolesDir, (path) => named.has(path))
}

function choose(entries: readonly Entry[], rolesDir: string, isWanted: (path: string) => boolean): Chosen {
  const files = new Map<string, Entry>()
  const problems: Problem[] = []
  const names = new Map<string, string>()
  const refuse = ({ path }: Entry, reason: string) =>
    problems.push({ file: path, line: undefined, key: '', reason, fix: undefined })
  for (const entry of entries) {
    const path = entry.path === rolesDir ? 'roles' : `roles/${entry.path.slice(rolesDir.length + 1)}`
    if (entry.kind !== 'file') refuse(entry, strange[entry.kind])
    else if (isWanted(path)) {
      const reason = pathProblem(path) ?? sizeProblem(entry)
      const other = names.get(path.toLowerCase())
      if (reason !== undefined) refuse(entry, reason)
      else if (other !== undefined) refuse(entry, `it is the same name as ${other} where case does not count`)
      names.set(path.toLowerCase(), entry.path)
      files.set(path, entry)
    }
  }
  const bytes = [...files.values()].reduce((sum, entry) => sum + entry.bytes, 0)
  const whole = files.size > FILES_MAX ? `more than ${FILES_MAX} files` : 'more than 8 MiB'
  if (files.size > FILES_MAX || bytes > ALL_BYTES_MAX)
    problems.push({ file: rolesDir, line: undefined, key: '', reason: `it holds ${whole}`, fix: undefined })
  return { files, problems }
}

const strange = {
  link: 'it is a link, and marrow follows none in a source',
  repository: 'it is a submodule, and marrow fetches none',
  other: 'it is no file',
} as const

function sizeProblem({ bytes }: Entry): string | undefined {
  return bytes > FILE_BYTES_MAX ? 'it is larger than 1 MiB' : undefined
}
