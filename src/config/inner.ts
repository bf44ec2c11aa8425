// Owns which folders agents may write, and so from which folder on a path may not lead through links.
import type { InnerPath } from '../platform/inside.ts'
import type { AgentConfig } from './config.ts'
import { isInside } from './paths.ts'

/** Of an agent, the folders that it may write. */
export type Writer = Pick<AgentConfig, 'workspace' | 'workDir'> & {
  readonly isolation: Pick<AgentConfig['isolation'], 'readWrite'>
}

/**
 * A folder of context providers, with the root that it is reached from; undefined where no agent writes: what the
 * operator put there may be a link.
 */
export function contextFolder(
  path: string,
  agents: readonly Writer[],
): { readonly path: string; readonly root: string | undefined } {
  return { path, root: rootAround(path, agents) }
}

/**
 * The path with the root that it is reached from: the outermost folder around it that an agent may write, since whoever
 * writes there can swap every folder below for a link. A path outside of all of them is its own root.
 */
export function innerPath(path: string, agents: readonly Writer[]): InnerPath {
  return { root: rootAround(path, agents) ?? path, path }
}

function rootAround(path: string, agents: readonly Writer[]): string | undefined {
  const writable = agents.flatMap(({ workspace, workDir, isolation }) => [
    workspace,
    workDir,
    ...isolation.readWrite,
  ])
  const around = writable.filter((folder) => isInside(path, folder))
  return around.toSorted((one, other) => one.length - other.length)[0]
}
