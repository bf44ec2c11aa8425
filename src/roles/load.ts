/** Reads all roles, skills and roles.toml, from the core, the operator's layer and workspaces. What it means is decided in the pure files beside. */
import { join } from 'node:path'
import type { Problem } from '../base/errors.ts'
import { newReport, problemOf, type Issue } from '../config/report.ts'
import { lineFinder } from '../config/locate.ts'
import type { InnerPath } from '../platform/inside.ts'
import { catalogueOf, inOrder, type Catalogue } from './catalogue.ts'
import type { TargetName, TargetSettings } from './cast/target.ts'
import { readBounded, rolesBelow, skillsBelow } from './load/folders.ts'
import { customRolesIn, customSkillsIn } from './load/workspace.ts'
import { readSettings, settingsOf, type SettingsFile } from './settings.ts'
import { skillsOf, type Skill } from './skills.ts'

/** Where roles come from. */
export interface RolePlaces {
  readonly coreDir: string
  /** The folder of marrow.toml. */
  readonly operatorDir: string
  /** Those whose custom roles are wanted, each with the root from which on no link is followed. */
  readonly workspaces: readonly InnerPath[]
}

/** All that was found. `catalogue.mistakes` and `catalogue.hints` also have those of roles.toml and of skills. */
export interface LoadedRoles {
  readonly catalogue: Catalogue
  readonly settings: ReadonlyMap<TargetName, TargetSettings>
  readonly skills: ReadonlyMap<string, Skill>
}

/** Never throws for what stands in a file or cannot be read: what is right is loaded, and the rest is a mistake. */
export async function loadRoles({ coreDir, operatorDir, workspaces }: RolePlaces): Promise<LoadedRoles> {
  // The operator's layer may be the core itself, in a checkout say.
  const layers = [
    { source: 'core', dir: coreDir },
    ...(operatorDir === coreDir ? [] : [{ source: 'operator', dir: operatorDir } as const]),
  ] as const
  const files = await Promise.all(layers.map(({ dir }) => loadSettings(join(dir, 'roles.toml'))))
  const settings = settingsOf(files.map(({ file }) => file))
  const roles = [
    ...layers.map(({ source, dir }) => rolesBelow(join(dir, 'roles'), source)),
    ...workspaces.map(customRolesIn),
  ]
  const skills = [
    ...layers.map(({ source, dir }) => skillsBelow(join(dir, 'skills'), source)),
    ...workspaces.map(customSkillsIn),
  ]
  const maps = [...settings.values()].map(({ capabilityMap }) => capabilityMap)
  const known = skillsOf(skills.flatMap((found) => found.files))
  const catalogue = catalogueOf(
    roles.flatMap((found) => found.files),
    maps,
    new Set(known.skills.keys()),
  )
  const around = [...files, ...roles, ...skills, known].flatMap(({ mistakes }) => mistakes)
  return {
    catalogue: {
      ...catalogue,
      mistakes: inOrder([...catalogue.mistakes, ...around]),
      hints: inOrder([...catalogue.hints, ...files.flatMap(({ hints }) => hints)]),
    },
    settings,
    skills: known.skills,
  }
}

interface LoadedSettings {
  readonly file: SettingsFile
  readonly mistakes: readonly Problem[]
  readonly hints: readonly Problem[]
}

/** Reads one roles.toml; one that is missing says nothing. */
async function loadSettings(path: string): Promise<LoadedSettings> {
  const report = newReport()
  const content = readBounded(path)
  const text = content?.kind === 'text' ? content.text : ''
  const file = readSettings(text, report)
  if (content?.kind === 'unreadable') report.problem([], content.reason, content.fix)
  const issues = [...report.problems, ...report.warnings]
  const lineOf = issues.length === 0 ? () => undefined : await lineFinderOf(text)
  const shown = (issue: Issue) => problemOf(issue, path, lineOf(issue.path))
  return { file, mistakes: report.problems.map(shown), hints: report.warnings.map(shown) }
}

/** The parser with positions is slow to load and seldom needed. */
async function lineFinderOf(text: string): Promise<ReturnType<typeof lineFinder>> {
  const { parseTOML } = await import('toml-eslint-parser')
  try {
    return lineFinder(parseTOML(text, { tomlVersion: 'latest' }))
  } catch {
    return () => undefined // A mistake in the syntax, which knows its own line.
  }
}
