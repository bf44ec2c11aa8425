// Owns the reading of handoffs: which files wait for an agent, and which ones it wrote.
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { digest } from '../base/digest.ts'
import { MarrowError, reasonOf } from '../base/errors.ts'
import {
  foldersFrom,
  foldersTo,
  handoffDir,
  type Handoff,
  type HandoffFolder,
  type HandoffParty,
} from './folders.ts'

/** Files looked at in one folder: the last ones by name, so that stamped names show the newest. */
export const HANDOFFS_MAX = 1_000

/** The files that wait for the agent in the workspace, sorted by path. Throws NOT_FOUND when they cannot be read. */
export async function handoffsTo(workspace: string, receiver: HandoffParty): Promise<Handoff[]> {
  return handoffsIn(workspace, (folders) => foldersTo(receiver, folders))
}

/** The files of the agent that still lie in the workspace, sorted by path. Throws NOT_FOUND like `handoffsTo`. */
export async function handoffsFrom(workspace: string, sender: HandoffParty): Promise<Handoff[]> {
  return handoffsIn(workspace, (folders) => foldersFrom(sender, folders))
}

async function handoffsIn(
  workspace: string,
  choose: (folders: readonly string[]) => HandoffFolder[],
): Promise<Handoff[]> {
  const dir = handoffDir(workspace)
  const handoffs: Handoff[] = []
  for (const folder of choose(await namesIn(dir, 'folders'))) {
    const files = (await namesIn(join(dir, folder.folder), 'files')).toSorted().slice(-HANDOFFS_MAX)
    const read = await Promise.all(files.map((file) => readHandoff(join(dir, folder.folder, file), folder)))
    handoffs.push(...read.filter((handoff) => handoff !== undefined))
  }
  return handoffs
}

/** Visible, finished ones only; links are not followed: an agent could point them anywhere. */
async function namesIn(dir: string, kind: 'folders' | 'files'): Promise<string[]> {
  try {
    return (await readdir(dir, { withFileTypes: true }))
      .filter((entry) => (kind === 'files' ? entry.isFile() : entry.isDirectory()))
      .map((entry) => entry.name)
      .filter((name) => !/^\.|(?:~|\.(?:tmp|part|swp))$/.test(name))
  } catch (error) {
    if (isMissing(error)) return []
    throw new MarrowError('NOT_FOUND', `Cannot list the handoffs in ${dir}: ${reasonOf(error)}.`, {
      fix: 'Check that it is a folder and that you may read it.',
      cause: error,
    })
  }
}

async function readHandoff(path: string, { from, to }: HandoffFolder): Promise<Handoff | undefined> {
  try {
    const stats = await lstat(path, { bigint: true })
    return { from, to, path, fingerprint: digest(`${stats.size} ${stats.mtimeNs}`) }
  } catch (error) {
    if (isMissing(error)) return undefined // Taken away meanwhile.
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code))
  )
}
