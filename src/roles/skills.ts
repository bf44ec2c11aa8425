// Owns what a skill is: a folder with a SKILL.md that agent CLIs offer their models by its description.
import type { Problem } from '../base/errors.ts'
import { newReport, problemOf, type Issue } from '../config/report.ts'
import { customPrefix } from './custom.ts'
import { refuse, textOf, written, type Fields } from '../front-matter/fields.ts'
import { readFrontMatter } from './front-matter.ts'
import type { FileContent } from './parse.ts'
import type { RoleSource } from './role.ts'

/** One SKILL.md. Whatever else its author wrote above the text, such as tools that need no permission, is left out. */
export interface Skill {
  /** The name of its folder too. */
  readonly name: string
  readonly description: string
  /** The instructions, trimmed. */
  readonly body: string
  readonly source: RoleSource
  /** The file, absolute. */
  readonly path: string
}

/** A SKILL.md as it was found. */
export interface SkillFile {
  readonly folder: string
  readonly source: RoleSource
  readonly path: string
  readonly content: FileContent
}

/** The skills that count, by name, and what is wrong with any file. */
export interface Skills {
  readonly skills: ReadonlyMap<string, Skill>
  readonly mistakes: readonly Problem[]
}

/** The operator's skill takes the place of the core's of the same name; an agent's takes nobody's. */
export function skillsOf(files: readonly SkillFile[]): Skills {
  const skills = new Map<string, Skill>()
  const mistakes: Problem[] = []
  const sorted = files.toSorted((a, b) => sources.indexOf(a.source) - sources.indexOf(b.source))
  const first = new Map<string, SkillFile>()
  for (const file of sorted) {
    const earlier = first.get(file.folder)
    if (earlier === undefined) {
      first.set(file.folder, file)
      const read = readSkill(file)
      if (read.skill === undefined) mistakes.push(...read.mistakes)
      else skills.set(file.folder, read.skill)
    } else if (file.source === 'workspace') {
      const reason = `there is a skill of this name: ${earlier.path}.`
      mistakes.push({ file: file.path, line: 1, key: 'name', reason, fix: 'Give it another name.' })
    }
  }
  const byName = [...skills].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { skills: new Map(byName), mistakes }
}

const sources: readonly RoleSource[] = ['operator', 'core', 'workspace']

// What the agent CLIs take: their own checks refuse, or leave out in silence, whatever is longer or named otherwise.
const namePattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const NAME_CHARACTERS_MAX = 64
const DESCRIPTION_CHARACTERS_MAX = 1_024

/** A skill, or at least one mistake. */
function readSkill(file: SkillFile): { readonly skill: Skill | undefined; readonly mistakes: Problem[] } {
  const { folder, source, path, content } = file
  const report = newReport()
  const front = content.kind === 'text' ? readFrontMatter(content.text, source, report) : undefined
  if (content.kind === 'unreadable') report.problem([], content.reason, content.fix)
  if (front?.present === false)
    report.problem([], 'has no front matter.', 'Begin it with ---, name, description, ---.')
  const top: Fields = { values: front?.values ?? new Map(), at: [], report }
  const description = front?.present === true ? readTop(top, folder) : ''
  if (source === 'workspace' && !folder.startsWith(customPrefix))
    report.problem(
      ['name'],
      `of an agent’s skill must begin with ${customPrefix}.`,
      'Rename folder and skill.',
    )
  const body = front?.body ?? ''
  if (front?.present === true && body === '')
    report.problem([], 'says nothing.', 'Write instructions below the front matter.')
  const lineOf = (issue: Issue) => front?.lineOf(issue.path) ?? 1
  const mistakes = report.problems.map((issue) => problemOf(issue, path, lineOf(issue)))
  return {
    skill: mistakes.length === 0 ? { name: folder, description, body, source, path } : undefined,
    mistakes,
  }
}

/** Checks the name, and gives the description. */
function readTop(top: Fields, folder: string): string {
  const name = textOf(top, 'name')
  if (written(top, 'name') === undefined) refuse(top, 'name', 'is required.', `Write name: ${folder}.`)
  else if (name !== undefined && name !== folder)
    refuse(top, 'name', `must be the name of its folder: ${folder}.`, 'Rename one of the two.')
  else if (!namePattern.test(folder) || folder.length > NAME_CHARACTERS_MAX)
    refuse(top, 'name', 'must be small letters and digits with single dashes.', 'Rename folder and skill.')
  const description = textOf(top, 'description')
  const fix = 'Say in a sentence when the skill helps.'
  if (description === '' || written(top, 'description') === undefined)
    refuse(top, 'description', 'is required.', fix)
  else if (description !== undefined && description.length > DESCRIPTION_CHARACTERS_MAX)
    refuse(top, 'description', `must be text of at most ${DESCRIPTION_CHARACTERS_MAX} characters.`, fix)
  else if (description?.includes('\0') === true)
    refuse(top, 'description', 'holds a zero byte.', 'Remove it.')
  return description ?? ''
}
