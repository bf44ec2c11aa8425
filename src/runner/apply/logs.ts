// The links in a workspace through which people read what runs printed. The files themselves are in the run folders,
// where agents cannot change them.
import { join } from 'node:path'
import { reasonOf } from '../../base/errors.ts'
import { remove } from '../../platform/files.ts'
import { makeInside, openInside, type InnerPath } from '../../platform/inside.ts'
import { runPaths } from '../folder.ts'

/** Whether the links stand; a run goes on without them. */
export type LinkResult = { readonly kind: 'linked' } | { readonly kind: 'refused'; readonly detail: string }

const streams = ['stdout', 'stderr'] as const

/** Where the links of a workspace lie. */
export function logsFolder(workspace: string): string {
  return join(workspace, 'runtime', 'logs', 'exec')
}

/** Links `<logs>/<run id>.{stdout,stderr}.log` to the run's files. Never throws. */
export function linkLogs(logs: InnerPath, id: string, folder: string): LinkResult {
  try {
    using place = makeInside(logs)
    for (const stream of streams) place.link(runPaths(folder)[stream], `${id}.${stream}.log`)
    return { kind: 'linked' }
  } catch (error) {
    return { kind: 'refused', detail: reasonOf(error) }
  }
}

/** Removes a run's folder and the links to it. Throws CANNOT_WRITE when the folder cannot be removed. */
export function removeRun(logs: InnerPath, id: string, folder: string): void {
  removeLinks(logs, id)
  remove(folder)
}

function removeLinks(logs: InnerPath, id: string): void {
  try {
    using place = openInside(logs)
    for (const stream of streams) place?.remove(`${id}.${stream}.log`)
  } catch {
    // An agent made the folder unusable. A link that stays points to nothing and harms nobody.
  }
}
