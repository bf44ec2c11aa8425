/** Where a skill lies for the agent CLIs that have them. */
import type { Skill } from '../skills.ts'
import { withFrontMatter } from './with-front-matter.ts'
import type { CastFile, TargetName } from './target.ts'

/** What is cast of a skill. */
export type CastableSkill = Pick<Skill, 'name' | 'description' | 'body'>

/** Undefined for a target that has no skills. */
export function skillFolder(target: TargetName): string | undefined {
  switch (target) {
    case 'opencode':
      return '.opencode/skills'
    case 'claude':
      return '.claude/skills'
    case 'codex':
      return '.agents/skills'
    case 'cursor':
    case 'windsurf':
      return undefined
  }
}

/** The one file of a skill, below the folder of skills. */
export function castSkill(folder: string, { name, description, body }: CastableSkill): CastFile {
  return {
    path: `${folder}/${name}/SKILL.md`,
    text: withFrontMatter({ name, description }, body),
    of: `skills/${name}`,
  }
}
