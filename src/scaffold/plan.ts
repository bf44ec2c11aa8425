/** Owns what `marrow scaffold` and `marrow setup` write, as data. Nothing in a plan replaces what is already there. */
import { basename, dirname, join } from 'node:path'
import { digest } from '../base/digest.ts'
import { slugOf } from '../base/ids.ts'
import { isInside } from '../config/paths.ts'
import { starterConfig, type Starter } from './starter.ts'
import { workspaceFolders } from './workspace.ts'

/**
 * One thing to make unless it is there. `mode` is what the umask is taken from; `root` the folder from which on no link
 * is followed to it, which a step before makes.
 */
export type Step =
  | { readonly kind: 'folder'; readonly path: string; readonly root: string }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly root: string
      readonly content: string | Uint8Array
      readonly mode: number
    }

/** A script that is copied into a new workspace. */
export interface ContextScript {
  /** File name without folders. */
  readonly name: string
  readonly content: Uint8Array
}

/** What a person asked for. All paths are absolute. */
export interface ScaffoldRequest extends Starter {
  readonly configOut: string
  readonly contextScripts: readonly ContextScript[]
}

/** The folders first, the configuration last: a scaffold that was cut off can be started again. */
export function planScaffold(request: ScaffoldRequest): Step[] {
  return [
    ...planWorkspace(request.workspace),
    ...request.contextScripts.map(({ name, content }): Step => ({
      kind: 'file',
      path: join(request.workspace, 'context.d', name),
      root: request.workspace,
      content,
      mode: 0o755,
    })),
    ownFolder(dirname(request.configOut)),
    ownFile(request.configOut, starterConfig(request)),
  ]
}

/** One workspace with its folders. */
export function planWorkspace(workspace: string): Step[] {
  const folders = workspaceFolders(workspace)
  return [ownFolder(workspace), ...folders.map((path): Step => ({ kind: 'folder', path, root: workspace }))]
}

/** A folder where no agent has been yet. */
export function ownFolder(path: string): Step {
  return { kind: 'folder', path, root: path }
}

/** A file in a folder that a step before makes, and that no agent writes. */
export function ownFile(path: string, content: string): Step {
  return { kind: 'file', path, root: dirname(path), content, mode: 0o644 }
}

/**
 * Where a new configuration keeps its state: in `userState` when the file is the user's own configuration; otherwise
 * beside the file, so that two configurations never share one; and when that would be inside the workspace, below
 * `userState` under a name of its own. All paths are absolute.
 */
export function stateDirFor(request: {
  readonly configOut: string
  readonly workspace: string
  /** The file that every command finds without being told. */
  readonly userConfig: string
  /** The state folder of a user who wrote none. */
  readonly userState: string
}): string {
  const { configOut, workspace, userConfig, userState } = request
  const folder = dirname(configOut)
  if (configOut === userConfig) return userState
  if (!isInside(folder, workspace)) return join(folder, 'marrow-state')
  return join(userState, `${slugOf(basename(workspace))}-${digest(workspace).slice(0, 6)}`)
}
