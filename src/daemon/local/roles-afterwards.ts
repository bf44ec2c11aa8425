/** How the tree of roles would be after a change, tried in a copy: as a whole, with everything that is there already. */
import { cpSync, mkdtempSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Problem } from '../../base/errors.ts'
import type { Config } from '../../config/config.ts'
import { entryOf, isFolder, makeFolder, remove, writeAtomic, writing } from '../../platform/files.ts'
import { realPath, temporaryFolder } from '../../platform/paths.ts'
import { roleFor } from '../../roles/agent-role.ts'
import type { Catalogue } from '../../roles/catalogue.ts'
import type { Wanted } from '../../roles/install/layer.ts'
import { loadRoles } from '../../roles/load.ts'
import type { LinkedRole } from '../../roles/role.ts'

/** What a change makes of the tree. */
export interface Afterwards {
  /** Those that are not there now. */
  readonly mistakes: readonly Problem[]
  readonly roles: ReadonlyMap<string, LinkedRole>
  /** Ids of the core's roles in whose place one of the operator's counts. */
  readonly replaced: readonly string[]
  /** Agents that would be somebody else: a name may mean another file then. */
  readonly agents: readonly OtherRole[]
}

/** An agent, the id of its role now, and the one that it would have. */
export interface OtherRole {
  readonly agent: string
  readonly before: string
  /** Undefined: it would have none that can be used. */
  readonly after: string | undefined
}

/** Parts of the operator's layer that roles are read from. */
const parts = ['roles', 'skills', 'roles.toml']

/** Without the roles in workspaces: what agents write there must not keep the operator from anything. */
export async function afterwards(config: Config, wanted: Wanted): Promise<Afterwards> {
  const { coreDir, operatorDir } = config
  const now = await loadRoles({ coreDir, operatorDir, workspaces: [] })
  const copy = realPath(mkdtempSync(join(temporaryFolder(), 'marrow-layer-')))
  try {
    for (const part of parts.filter((name) => entryOf(join(operatorDir, name)) !== undefined))
      writing(copy, () =>
        cpSync(join(operatorDir, part), join(copy, part), {
          recursive: true,
          dereference: true,
          filter: isReadable,
        }),
      )
    for (const [path, text] of wanted) put(join(copy, path), text)
    const { catalogue } = await loadRoles({ coreDir, operatorDir: copy, workspaces: [] })
    const known = new Set(now.catalogue.mistakes.map(sameOf))
    const mistakes = catalogue.mistakes.map((problem) => ({
      ...problem,
      file: problem.file.replace(copy, operatorDir),
    }))
    return {
      mistakes: mistakes.filter((problem) => !known.has(sameOf(problem))),
      roles: catalogue.roles,
      replaced: catalogue.replaced.map(({ id }) => id),
      agents: otherRoles(config, now.catalogue, catalogue),
    }
  } finally {
    remove(copy)
  }
}

function otherRoles({ agents }: Config, now: Catalogue, later: Catalogue): OtherRole[] {
  return agents.flatMap(({ name, role }) => {
    const before = role === undefined ? undefined : idIn(now, role)
    const after = role === undefined ? undefined : idIn(later, role)
    return before === undefined || before === after ? [] : [{ agent: name, before, after }]
  })
}

function idIn(catalogue: Catalogue, role: string): string | undefined {
  const meant = roleFor(catalogue, role)
  return meant.kind === 'found' ? meant.role.id : undefined
}

function put(path: string, text: string | undefined): void {
  if (text === undefined) return remove(path)
  if (isFolder(path)) return // Writing the real one fails there too, and says why.
  makeFolder(dirname(path))
  writeAtomic(path, text)
}

/** A pipe would hold the copy, a link to nothing would end it. */
function isReadable(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true || found?.isDirectory() === true
}

/** A mistake is the same on another line. */
function sameOf({ file, key, reason }: Problem): string {
  return JSON.stringify([file, key, reason])
}
