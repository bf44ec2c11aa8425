/** Turns all roles and skills into the files of one target. */
import { posix } from 'node:path'
import type { LinkedRole } from '../role.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { cursor } from './cursor.ts'
import { LAYOUTS, outputName, outputNames, type OutputNames } from './layout.ts'
import { opencode } from './opencode.ts'
import { castSkill, skillFolder, type CastableSkill } from './skills.ts'
import type { CastFile, CastTarget, Layout, TargetName, TargetSettings } from './target.ts'
import { windsurf } from './windsurf.ts'

const targets = { opencode, claude, codex, cursor, windsurf } as const satisfies {
  readonly [Name in TargetName]: CastTarget
}

/** All that one target gets. Paths are below the folder that is cast into. */
export interface Casting {
  readonly files: readonly CastFile[]
  /** The folders in which there is nothing of marrow's but these files. */
  readonly folders: readonly string[]
  /** Paths at which another layout would put a role, with its id. */
  readonly former: ReadonlyMap<string, string>
  /** Why some role has no file of its own: a sentence each. */
  readonly collisions: readonly string[]
}

/** The files of one target, whether or not it is enabled. */
export function castAll(
  roles: Iterable<LinkedRole>,
  skills: Iterable<CastableSkill>,
  settings: TargetSettings,
): Casting {
  const all = [...roles]
  const target: CastTarget = targets[settings.target]
  const { names, collisions } = namesIn(settings, all)
  const folder = posix.join(settings.outputDir, target.folder)
  const below = skillFolder(settings.target)
  const skillsBelow = below === undefined ? [] : [posix.join(settings.outputDir, below)]
  const pathOf = (id: string, layout: Layout) => `${folder}/${outputName(id, layout)}.${target.extension}`
  const files = all
    .filter(({ id }) => names.has(id))
    .map((role) => ({
      path: pathOf(role.id, settings.layout),
      text: target.cast(role, settings, names),
      of: role.id,
    }))
  const former = new Map(all.flatMap(({ id }) => LAYOUTS.map((layout) => [pathOf(id, layout), id] as const)))
  return {
    files: [...files, ...skillsBelow.flatMap((at) => [...skills].map((skill) => castSkill(at, skill)))],
    folders: [folder, ...skillsBelow],
    former,
    collisions,
  }
}

/** The name by which a target knows each role. */
export function namesIn(
  { target, layout }: Pick<TargetSettings, 'target' | 'layout'>,
  roles: Iterable<Pick<LinkedRole, 'id'>>,
): OutputNames {
  return outputNames(
    Array.from(roles, ({ id }) => id),
    targets[target].nameLayout(layout),
  )
}
