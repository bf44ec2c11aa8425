// Owns the reading of custom roles and skills, from folders that agents write: no link is followed, and little is read.
import { join } from 'node:path'
import { type Problem, reasonOf } from '../../base/errors.ts'
import { openInside, type InnerPath } from '../../platform/inside.ts'
import type { InnerFolder } from '../../platform/inside/folder.ts'
import { customPrefix } from '../custom.ts'
import { promptFileOf, type FileContent, type RoleFile } from '../parse.ts'
import { isSegment, withoutExtension } from '../role-files.ts'
import type { SkillFile } from '../skills.ts'
import { contentOf, unreadable } from './content.ts'
import { noPromptFile, type Found } from './folders.ts'
import { asBefore } from './kept.ts'

const FILE_BYTES_MAX = 65_536
const FILES_MAX = 50

/** `roles/custom-*.md` of a workspace. */
export function customRolesIn(workspace: InnerPath): Found<RoleFile> {
  return lookIn(below(workspace, 'roles'), (folder) => {
    const names = folder.list().map(({ name }) => name)
    const wanted = names.filter((name) => name.startsWith(customPrefix) && name.endsWith('.md'))
    return bounded(folder, wanted, (name) => customRole(folder, { workspace, name }))
  })
}

/** `skills/custom-NAME/SKILL.md` of a workspace. */
export function customSkillsIn(workspace: InnerPath): Found<SkillFile> {
  return lookIn(below(workspace, 'skills'), (folder) => {
    const wanted = folder.names('folder').filter((name) => name.startsWith(customPrefix))
    return bounded(folder, wanted, (name) => customSkill(folder, name))
  })
}

function customRole(folder: InnerFolder, at: { workspace: InnerPath; name: string }): RoleFile {
  const id = withoutExtension(at.name)
  const path = join(folder.path, at.name)
  const content = isSegment(id) ? readIn(folder, at.name) : badName
  const wanted = content.kind === 'text' ? promptFileOf({ id, source: 'workspace' }, content.text) : undefined
  const promptFile = wanted === undefined ? undefined : promptText(at.workspace, wanted)
  return asBefore({ id, source: 'workspace', path, content, promptFile })
}

const badName = unreadable('has a name that cannot be the id of a role.', 'Use letters, digits and dashes.')

function customSkill(folder: InnerFolder, name: string): SkillFile[] {
  const file = { folder: name, source: 'workspace', path: join(folder.path, name, 'SKILL.md') } as const
  try {
    using own = folder.enter(name)
    return own.entry('SKILL.md') === undefined ? [] : [{ ...file, content: readIn(own, 'SKILL.md') }]
  } catch (error) {
    return [{ ...file, content: notRead(error) }]
  }
}

function promptText(workspace: InnerPath, wanted: string): FileContent {
  const cut = wanted.lastIndexOf('/')
  try {
    using folder = openInside(below(workspace, join('roles', wanted.slice(0, Math.max(0, cut)))))
    const name = wanted.slice(cut + 1)
    return folder?.entry(name) === undefined ? noPromptFile : readIn(folder, name)
  } catch (error) {
    return notRead(error)
  }
}

function readIn(folder: InnerFolder, name: string): FileContent {
  try {
    const file = folder.read(name, FILE_BYTES_MAX + 1)
    if (file === undefined) return unreadable('is no regular file, such as a link.', 'Make it a file.')
    return contentOf(file.start, FILE_BYTES_MAX)
  } catch (error) {
    return notRead(error)
  }
}

function notRead(error: unknown): FileContent {
  const reason = `cannot be read: ${reasonOf(error).replace(/\.$/u, '')}.`
  return unreadable(reason, 'Make it a file that marrow may read.')
}

function below({ root, path }: InnerPath, name: string): InnerPath {
  return { root, path: join(path, name) }
}

/** A folder that cannot be looked into is one mistake; one that is missing is none. */
function lookIn<T>(inner: InnerPath, look: (folder: InnerFolder) => Found<T>): Found<T> {
  try {
    using folder = openInside(inner)
    return folder === undefined ? { files: [], mistakes: [] } : look(folder)
  } catch (error) {
    return { files: [], mistakes: [mistakeOf(inner.path, reasonOf(error))] }
  }
}

function bounded<T>(
  folder: InnerFolder,
  names: readonly string[],
  read: (name: string) => T | readonly T[],
): Found<T> {
  const files = names.slice(0, FILES_MAX).flatMap(read)
  const left = `has more than ${FILES_MAX} custom files; the rest is not read.`
  return { files, mistakes: names.length > FILES_MAX ? [mistakeOf(folder.path, left)] : [] }
}

function mistakeOf(file: string, reason: string): Problem {
  return { file, line: 1, key: '', reason, fix: undefined }
}
