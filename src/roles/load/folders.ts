// Owns the reading of the role trees of core and operator, where links are the operator's own affair.
import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { type Problem, reasonOf } from '../../base/errors.ts'
import { codeOf } from '../../platform/files.ts'
import { promptFileOf, type FileContent, type RoleFile } from '../parse.ts'
import { isSegment, withoutExtension } from '../role-files.ts'
import type { RoleSource } from '../role.ts'
import type { SkillFile } from '../skills.ts'
import { contentOf, unreadable } from './content.ts'
import { asBefore } from './kept.ts'

/** What a folder has, and what keeps something in it from being had. */
export interface Found<T> {
  readonly files: readonly T[]
  readonly mistakes: readonly Problem[]
}

const FILE_BYTES_MAX = 1024 * 1024 // More is surely not meant for a prompt.
const FILES_MAX = 1_000 // Of one source, folders too. A tree has dozens.
const DEPTH_MAX = 8

/** Every `*.md` below a folder of roles, sorted. README.md is for people, and a name with a dot in front for programs. */
export function rolesBelow(dir: string, source: RoleSource): Found<RoleFile> {
  const files: RoleFile[] = []
  const mistakes: Problem[] = []
  const pending: Pending[] = [{ inside: '', above: [placeOf(statOf(dir))] }]
  for (const { inside, above } of pending) {
    const found = listed(join(dir, inside))
    if ('mistake' in found) mistakes.push(found.mistake)
    for (const name of 'names' in found ? found.names : []) {
      if (name.startsWith('.') || name === 'README.md') continue
      if (files.length + pending.length > FILES_MAX) return { files, mistakes: [...mistakes, tooMany(dir)] }
      const path = join(dir, inside, name)
      const stats = statOf(path)
      if (stats?.isDirectory() === true) {
        const next = below({ inside: `${inside}${name}/`, above }, stats)
        if ('reason' in next) mistakes.push(mistakeOf(path, next.reason, next.fix))
        else pending.push(next)
      } else if (name.endsWith('.md')) {
        if (`${inside}${name}`.split('/').every(isSegment))
          files.push(roleFile(dir, `${inside}${name}`, source))
        else mistakes.push(badName(path))
      }
    }
  }
  return { files, mistakes }
}

/** A folder to look into: its path below the folder of roles, and where the folders on the way to it really are. */
interface Pending {
  readonly inside: string
  readonly above: readonly string[]
}

function below(
  { inside, above }: Pending,
  stats: Stats,
): Pending | { readonly reason: string; readonly fix: string } {
  const place = placeOf(stats)
  if (above.includes(place)) return { reason: 'is a link that leads back up.', fix: 'Remove the link.' }
  if (above.length >= DEPTH_MAX)
    return { reason: `lies more than ${DEPTH_MAX} folders deep.`, fix: 'Move it up.' }
  return { inside, above: [...above, place] }
}

function placeOf(stats: Stats | undefined): string {
  return `${stats?.dev} ${stats?.ino}`
}

/** Every `NAME/SKILL.md` in a folder of skills. */
export function skillsBelow(dir: string, source: RoleSource): Found<SkillFile> {
  const found = listed(dir)
  if ('mistake' in found) return { files: [], mistakes: [found.mistake] }
  const folders = found.names.filter((name) => !name.startsWith('.'))
  const files = folders.slice(0, FILES_MAX).flatMap((folder) => {
    const path = join(dir, folder, 'SKILL.md')
    const content = readBounded(path)
    return content === undefined ? [] : [{ folder, source, path, content }]
  })
  return { files, mistakes: folders.length > FILES_MAX ? [tooMany(dir)] : [] }
}

/** A file of the core or the operator; undefined when it is missing. */
export function readBounded(path: string): FileContent | undefined {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) return unreadable('is not a file.', 'Make it a text file, or remove it.')
    // Looked at before it is read: of a huge file nothing is wanted.
    if (stats.size > FILE_BYTES_MAX)
      return unreadable(`has more than ${FILE_BYTES_MAX} bytes.`, 'Shorten it.')
    return contentOf(readFileSync(path), FILE_BYTES_MAX)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)))) return undefined
    return unreadable(
      `cannot be read: ${reasonOf(error)}.`,
      'Make it a file that you may read, or remove it.',
    )
  }
}

function roleFile(dir: string, inside: string, source: RoleSource): RoleFile {
  const path = join(dir, inside)
  const id = withoutExtension(inside)
  const missing = unreadable('is a link to nothing.', 'Correct the link, or remove it.')
  const content = readBounded(path) ?? missing
  const wanted = content.kind === 'text' ? promptFileOf({ id, source }, content.text) : undefined
  const promptFile = wanted === undefined ? undefined : (readBounded(join(dir, wanted)) ?? noPromptFile)
  return asBefore({ id, source, path, content, promptFile })
}

/** The mistake of a `prompt_file` that is not there. */
export const noPromptFile: FileContent = unreadable(
  'names a file that is not there.',
  'Write that file, or the text below the front matter.',
)

/** A folder that is missing is empty; one that cannot be read may hide what should count. */
function listed(dir: string): { readonly names: readonly string[] } | { readonly mistake: Problem } {
  try {
    return { names: readdirSync(dir).toSorted() }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { names: [] }
    return {
      mistake: mistakeOf(dir, `cannot be read: ${reasonOf(error)}.`, 'Give yourself the right to read it.'),
    }
  }
}

/** Undefined for what cannot be looked at: whoever reads it says why. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

function mistakeOf(file: string, reason: string, fix: string): Problem {
  return { file, line: 1, key: '', reason, fix }
}

function badName(path: string): Problem {
  const fix = 'Use letters, digits, spaces, dots, dashes and underscores, and a letter or digit first.'
  return mistakeOf(path, 'has a name that cannot be the id of a role.', fix)
}

function tooMany(dir: string): Problem {
  return mistakeOf(dir, `has more than ${FILES_MAX} files; the rest is not read.`, 'Remove some.')
}
