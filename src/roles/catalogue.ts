// Owns what all role files together are: which file counts for an id, what refers to what, and every mistake in it.
import type { Problem } from '../base/errors.ts'
import type { CapabilityMap } from './capabilities.ts'
import { linkCustomRoles } from './custom.ts'
import { linkRoles } from './hierarchy.ts'
import { parseRole, type ParsedRole, type RoleFile } from './parse.ts'
import { quoted } from './references.ts'
import type { LinkedRole } from './role.ts'

/** The roles that count, by id, sorted by id. What has a mistake is not among them. */
export interface Catalogue {
  readonly roles: ReadonlyMap<string, LinkedRole>
  /** The files that would count and have a mistake, by id. */
  readonly broken: ReadonlyMap<string, string>
  /** Everything that is wrong with any file, by file and line. */
  readonly mistakes: readonly Problem[]
  /** What is allowed and probably not meant, by file and line. */
  readonly hints: readonly Problem[]
  /** Files of the core in whose place one of the operator's counts: id and both paths. */
  readonly replaced: readonly { readonly id: string; readonly core: string; readonly operator: string }[]
}

/**
 * Makes a catalogue of all files. `maps`: the capability maps of the targets, by each of which a custom role must stay
 * within its base. `skills`: the names of those that there are; without them no role is told that one is missing.
 */
export function catalogueOf(
  files: readonly RoleFile[],
  maps: readonly CapabilityMap[] = [],
  skills?: ReadonlySet<string>,
): Catalogue {
  const { counting, replaced, duplicates } = chooseFiles(files)
  const parsed = counting.map(parsedOf)
  const trusted = parsed.filter(({ file }) => file.source !== 'workspace')
  const custom = parsed.filter(({ file }) => file.source === 'workspace')
  const linked = linkRoles(trusted)
  const customLinked = linkCustomRoles(custom, { trusted, linked: linked.roles, maps: [{}, ...maps] })
  const roles = [...linked.roles, ...customLinked.roles].toSorted((a, b) => compareText(a.id, b.id))
  const ids = new Set(roles.map(({ id }) => id))
  const broken = counting.filter(({ id }) => !ids.has(id)).map(({ id, path }) => [id, path] as const)
  const mistakes = [
    ...duplicates,
    ...parsed.flatMap((one) => one.mistakes),
    ...linked.mistakes,
    ...customLinked.mistakes,
  ]
  return {
    roles: new Map(roles.map((role) => [role.id, role])),
    broken: new Map(broken),
    mistakes: inOrder(mistakes),
    hints: inOrder([
      ...parsed.flatMap((one) => [...one.hints, ...(skills ? missingSkills(one, skills) : [])]),
      ...linked.hints,
    ]),
    replaced,
  }
}

function missingSkills({ role, problem }: ParsedRole, known: ReadonlySet<string>): Problem[] {
  return (role?.skills ?? []).flatMap((skill, index) => {
    if (known.has(skill)) return []
    const reason = `there is no skill ${quoted(skill)}.`
    return [problem(['skills', index], reason, 'Write skills/NAME/SKILL.md, or remove it.')]
  })
}

/** By file and line. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0))
}

const parsedFiles = new WeakMap<RoleFile, ParsedRole>()

/** A file that was read once is parsed once, however many ticks ask for it. */
function parsedOf(file: RoleFile): ParsedRole {
  const known = parsedFiles.get(file) ?? parseRole(file)
  parsedFiles.set(file, known)
  return known
}

interface Choice {
  readonly counting: readonly RoleFile[]
  readonly replaced: Catalogue['replaced']
  readonly duplicates: readonly Problem[]
}

/** The operator's file counts in place of the core's; otherwise no two files may share an id, whatever their case. */
function chooseFiles(files: readonly RoleFile[]): Choice {
  const replaced: { id: string; core: string; operator: string }[] = []
  const duplicates: Problem[] = []
  const sorted = files.toSorted(
    (a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || compareText(a.path, b.path),
  )
  const counting = new Map<string, RoleFile>()
  for (const file of sorted) {
    const key = file.id.toLowerCase()
    const earlier = counting.get(key)
    const isReplacing = earlier?.id === file.id && earlier.source === 'core' && file.source === 'operator'
    if (isReplacing) replaced.push({ id: file.id, core: earlier.path, operator: file.path })
    if (earlier === undefined || isReplacing) counting.set(key, file)
    else duplicates.push(duplicate(file, earlier))
  }
  return { counting: [...counting.values()], replaced, duplicates }
}

const sources: readonly RoleFile['source'][] = ['core', 'operator', 'workspace']

function duplicate({ id, path }: RoleFile, earlier: RoleFile): Problem {
  const reason = `Duplicate canonical role id '${id}': ${earlier.path} has it too.`
  return { file: path, line: 1, key: '', reason, fix: 'Rename one of the two.' }
}

/** By code units: the same order on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
