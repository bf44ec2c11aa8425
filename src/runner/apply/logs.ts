// The links in a workspace through which people read what runs printed. The files themselves are in the run folders,
// where agents cannot change them.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../../base/errors.ts'
import { realPathInside, remove, replaceLink } from '../../platform/files.ts'
import { runPaths } from '../folder.ts'

/** Whether the links stand; a run goes on without them. */
export type LinkResult = { readonly kind: 'linked' } | { readonly kind: 'refused'; readonly detail: string }

const streams = ['stdout', 'stderr'] as const

/** Links `runtime/logs/exec/<run id>.{stdout,stderr}.log` to the run's files. Never throws. */
export function linkLogs(workspace: string, id: string, folder: string): LinkResult {
  try {
    const place = logsFolder(workspace, true)
    if (place === undefined)
      return { kind: 'refused', detail: `${workspace}/runtime/logs/exec leads out of the workspace` }
    for (const stream of streams) replaceLink(runPaths(folder)[stream], join(place, `${id}.${stream}.log`))
    return { kind: 'linked' }
  } catch (error) {
    return { kind: 'refused', detail: reasonOf(error) }
  }
}

/** Removes a run's folder and the links to it. Throws CANNOT_WRITE when the folder cannot be removed. */
export function removeRun(workspace: string, id: string, folder: string): void {
  const place = folderIfUsable(workspace)
  if (place !== undefined) for (const stream of streams) removeQuietly(join(place, `${id}.${stream}.log`))
  remove(folder)
}

function folderIfUsable(workspace: string): string | undefined {
  try {
    return logsFolder(workspace, false)
  } catch {
    return undefined // An agent made it unusable; its links point to nothing soon.
  }
}

/**
 * The real folder of the links; undefined when it is missing or lies outside. One step at a time, because an agent may
 * have put a link in the way, and creating all at once would follow it.
 */
function logsFolder(workspace: string, create: boolean): string | undefined {
  let place: string | undefined = workspace
  for (const name of ['runtime', 'logs', 'exec']) {
    const next: string = join(place, name)
    if (create) mkdirUnlessThere(next)
    place = realPathInside(workspace, next)
    if (place === undefined) return undefined
  }
  return place
}

function mkdirUnlessThere(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function removeQuietly(path: string): void {
  try {
    remove(path)
  } catch {
    // A link that stays points to nothing and harms nobody.
  }
}
