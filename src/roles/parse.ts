/** Turns the text of one role file into a role, or into all its mistakes. What it says of other roles is not looked at yet. */
import { posix } from 'node:path'
import type { Problem } from '../base/errors.ts'
import { newReport, problemOf, type Issue, type KeyPath, type Report } from '../config/report.ts'
import {
  fieldsOf,
  isLine,
  refuse,
  textList,
  textOf,
  textsOf,
  written,
  type Fields,
} from '../front-matter/fields.ts'
import type { FrontMatter } from '../front-matter/split.ts'
import { cleanText, readFrontMatter } from './front-matter.ts'
import { hierarchyField, readHierarchy } from './hierarchy-fields.ts'
import { hintAtKeys } from './key-hints.ts'
import type { Capability, Role, RoleMode, RoleSource } from './role.ts'
import { levelOfId } from './role-files.ts'

/** A file of a role tree, as it was found. */
export interface RoleFile {
  /** Its path below the folder of roles, without extension. */
  readonly id: string
  readonly source: RoleSource
  /** Absolute. */
  readonly path: string
  readonly content: FileContent
  /** What `prompt_file` names; undefined where the file names none that can be looked for. */
  readonly promptFile: FileContent | undefined
}

/** What was read, or the reason (a sentence without its subject) and what to do about it. */
export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly fix: string }

/** A role, or every mistake that keeps the file from being one. Hints come with either. */
export interface ParsedRole {
  readonly file: RoleFile
  readonly role: Role | undefined
  readonly mistakes: readonly Problem[]
  readonly hints: readonly Problem[]
  /** A problem of this file. */
  readonly problem: (path: KeyPath, reason: string, fix: string) => Problem
  /** Where a key of the hierarchy stands: at the top or below `hierarchy`. */
  readonly pathOf: (key: string) => KeyPath
  /** Whether the file says anything there, so that no default stands in the role. */
  readonly isWritten: (...path: readonly string[]) => boolean
}

const MISTAKES_MAX = 100 // Of one file: nobody reads more, and agents write such files too.

/** Reads a role file. Never throws: it gives a role, or at least one mistake, each with its line. */
export function parseRole(file: RoleFile): ParsedRole {
  const report = newReport()
  const front =
    file.content.kind === 'text' ? readFrontMatter(file.content.text, file.source, report) : undefined
  if (file.content.kind === 'unreadable') report.problem([], file.content.reason, file.content.fix)
  const top = { values: front?.values ?? new Map<unknown, unknown>(), at: [], report }
  const role = front?.present === true ? readRole(file, front, top) : front && plainRole(file, front.body)
  if (front?.present === true) hintAtKeys(top)
  else if (front)
    report.warning([], 'has no front matter: it is text alone.', 'Begin it with ---, its keys, ---.')
  const lineOf = (path: KeyPath) => front?.lineOf(path) ?? 1
  const shown = (issue: Issue) => problemOf(issue, file.path, lineOf(issue.path))
  return {
    file,
    role: report.problems.length === 0 ? role : undefined,
    mistakes: report.problems.slice(0, MISTAKES_MAX).map(shown),
    hints: report.warnings.slice(0, MISTAKES_MAX).map(shown),
    problem: (path, reason, fix) => shown({ path, reason, fix }),
    pathOf: (key) => hierarchyField(top, key).path,
    isWritten: (...path) => isWritten(top.values, path),
  }
}

function isWritten(values: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return values !== undefined && values !== null
  return values instanceof Map && isWritten(values.get(key), rest)
}

/** The path below the folder of roles that `prompt_file` names; undefined: none, or one that leaves the folder. */
export function promptFileOf(file: Pick<RoleFile, 'id' | 'source'>, text: string): string | undefined {
  if (!text.includes('prompt_file')) return undefined
  const values = readFrontMatter(text, file.source, newReport())?.values
  const name = values?.get('prompt_file')
  return typeof name === 'string' ? pathBelow(file.id, name) : undefined
}

function pathBelow(id: string, name: string): string | undefined {
  const wanted = name.trim()
  const path = posix.join(posix.dirname(id), wanted)
  const isOutside = posix.isAbsolute(wanted) || path === '..' || path.startsWith('../')
  return isOutside || wanted === '' || path.endsWith('/') ? undefined : path
}

function plainRole({ id, source, path }: RoleFile, prompt: string): Role {
  return {
    id,
    name: posix.basename(id),
    description: '',
    mode: 'primary',
    tier: DEFAULT_TIER,
    temperature: undefined,
    skills: [],
    capabilities: basicAlone,
    prompt,
    level: levelOfId(id),
    textOnly: true,
    leaf: false,
    scheduled: true,
    callable: false,
    maxDelegateDepth: undefined,
    allowedChildren: [],
    base: undefined,
    source,
    path,
  }
}

const DEFAULT_TIER = 'reasoning'
const basicAlone: readonly Capability[] = [{ kind: 'word', word: 'basic' }]

function readRole(file: RoleFile, front: FrontMatter, top: Fields): Role {
  const { id, source, path } = file
  const model = fieldsOf(top, 'model')
  const capabilities = readCapabilities(top)
  return {
    id,
    name: readName(top) ?? '',
    description: readDescription(top),
    mode: readMode(top),
    tier: readTier(model),
    temperature: readTemperature(model),
    skills: textsOf(top, 'skills') ?? [],
    capabilities: capabilities.length === 0 ? basicAlone : capabilities,
    prompt: readPrompt(file, front, top),
    ...readHierarchy(id, top),
    base: source === 'workspace' ? textOf(top, 'base') : undefined,
    textOnly: false,
    source,
    path,
  }
}

const NAME_CHARACTERS_MAX = 100 // It is a word of a command, a file name and a cell of tables.

/** A name becomes a file name and a word of command lines: it must not lead anywhere, nor look like an option. */
function readName(top: Fields): string | undefined {
  if (written(top, 'name') === undefined)
    return refuse(top, 'name', 'is required.', 'Write name: and what the role is called.')
  const name = textOf(top, 'name')
  if (name === undefined) return undefined
  const isGood = isLine(name) && name.length <= NAME_CHARACTERS_MAX && !/^[.-]|[/\\]/u.test(name)
  const fix = 'Use one line of letters, digits, spaces, dots and dashes that begins with a letter.'
  return isGood ? name : refuse(top, 'name', 'cannot be the name of a role.', fix)
}

const DESCRIPTION_CHARACTERS_MAX = 4_096 // Agent CLIs send every description with every request.

function readDescription(top: Fields): string {
  const text = textOf(top, 'description') ?? ''
  if (text.includes('\0')) refuse(top, 'description', 'holds a zero byte.', 'Remove it.')
  if (text.length > DESCRIPTION_CHARACTERS_MAX) {
    const reason = `has more than ${DESCRIPTION_CHARACTERS_MAX} characters.`
    refuse(top, 'description', reason, 'Say there when to use the role, and the rest in its text.')
  }
  return text
}

const modes: readonly RoleMode[] = ['primary', 'subagent', 'all']

function readMode(top: Fields): RoleMode {
  const text = textOf(top, 'role')
  const mode = text === undefined ? 'subagent' : modes.find((one) => one === text)
  return (
    mode ?? refuse(top, 'role', 'must be primary, subagent or all.', 'Write one of the three.') ?? 'subagent'
  )
}

function readTier(model: Fields): string {
  const tier = textOf(model, 'tier')
  if (tier !== undefined && (!isLine(tier) || tier.length > NAME_CHARACTERS_MAX))
    refuse(model, 'tier', 'must be a word.', 'Write a tier of roles.toml.')
  return tier ?? DEFAULT_TIER
}

const TEMPERATURE_MAX = 2 // What the services of all models take at most.

function readTemperature(model: Fields): number | undefined {
  const value = written(model, 'temperature')
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value <= TEMPERATURE_MAX) return value
  const reason = `must be a number from 0 to ${TEMPERATURE_MAX}.`
  return refuse(model, 'temperature', reason, 'Write it like temperature: 0.2.')
}

function readCapabilities(top: Fields): Capability[] {
  const value = written(top, 'capabilities')
  if (value === undefined) return []
  const at = [...top.at, 'capabilities']
  if (!Array.isArray(value)) {
    top.report.problem(at, 'must be a list.', 'Write it like [read, safe-bash].')
    return []
  }
  return value.flatMap((entry: unknown, index) => readCapability(entry, [...at, index], top.report) ?? [])
}

const entryFix = 'Write a word such as read, or {bash: [patterns]}, or {delegate: [roles]}.'

function readCapability(entry: unknown, at: KeyPath, report: Report): Capability | undefined {
  if (typeof entry === 'string' && isLine(entry.trim())) return { kind: 'word', word: entry.trim() }
  const keys: readonly unknown[] = entry instanceof Map ? [...entry.keys()] : []
  const [key] = keys
  if (!(entry instanceof Map) || keys.length !== 1 || (key !== 'bash' && key !== 'delegate')) {
    report.problem(at, 'is no capability.', entryFix)
    return undefined
  }
  const value: unknown = entry.get(key)
  if (value === null) {
    const fix = key === 'bash' ? 'List patterns, or write - bash without a colon.' : 'List the roles.'
    report.problem([...at, key], 'lists nothing.', fix)
    return undefined
  }
  const texts = textList(value, [...at, key], report)
  return key === 'bash' ? { kind: key, patterns: texts } : { kind: key, roles: texts }
}

function readPrompt(file: RoleFile, { body }: FrontMatter, top: Fields): string {
  const name = textOf(top, 'prompt_file')
  if (name === undefined) return body
  if (body !== '')
    top.report.warning(['prompt_file'], 'takes the place of the text below.', 'Remove one of the two.')
  const isOutside = pathBelow(file.id, name) === undefined
  const content = file.promptFile
  if (!isOutside && content?.kind === 'text') return cleanText(content.text)
  const outside = {
    reason: 'must be a file in the folder of roles.',
    fix: 'Name it from the file’s own folder.',
  }
  const missing = { reason: 'names a file that was not read.', fix: 'Write the text below the front matter.' }
  const { reason, fix } = isOutside ? outside : content?.kind === 'unreadable' ? content : missing
  refuse(top, 'prompt_file', reason, fix)
  return ''
}
