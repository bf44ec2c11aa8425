/** state_dir as this daemon's own: the lock that makes it the only one, and the file that says who it is. */
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { MarrowError } from '../base/errors.ts'
import type { Config } from '../config/config.ts'
import { stateFiles, stateFolders } from '../config/state-dir.ts'
import { isRunId } from '../base/ids.ts'
import {
  createExclusive,
  entryOf,
  makeFolder,
  makePrivateFolder,
  namesIn,
  readIfExists,
  remove,
  writeAtomic,
} from '../platform/files.ts'
import { isLoginName } from '../isolation/login/place.ts'
import { acquireLock, type Lock } from '../platform/lock.ts'
import { storeCopies } from './open-store.ts'

/**
 * Makes the folder, with nothing in it that others may read, and takes its lock, to do what `verb` says. Throws
 * DAEMON_ALREADY_RUNNING with the pid of the other one, CANNOT_WRITE.
 */
export function openStateDir({ stateDir, path }: Pick<Config, 'stateDir' | 'path'>, verb = 'start'): Lock {
  if (!existsSync(stateDir)) {
    makeFolder(stateDir)
    chmodSync(stateDir, 0o711)
  }
  makePrivateFolder(join(stateDir, 'runs'))
  for (const file of ['lock.db', 'marrow.db']) createExclusive(join(stateDir, file), '')
  const lock = acquireLock(join(stateDir, 'lock.db'))
  if (lock) return lock
  const other = parsePid(readIfExists(daemonFile(stateDir)))
  throw new MarrowError(
    'DAEMON_ALREADY_RUNNING',
    `Cannot ${verb}: another marrow${other === undefined ? '' : ` (pid ${other})`} works on ${stateDir}.`,
    { fix: `Stop it with: marrow stop -c ${path}` },
  )
}

/** Says who works here, for people and for the error of a second daemon. */
export function writeDaemonFile(stateDir: string, who: Readonly<Record<string, string | number>>): void {
  writeAtomic(daemonFile(stateDir), `${JSON.stringify(who)}\n`, 0o600)
}

export function removeDaemonFile(stateDir: string): void {
  remove(daemonFile(stateDir))
}

function daemonFile(stateDir: string): string {
  return join(stateDir, 'daemon.json')
}

function parsePid(text: string | undefined): number | undefined {
  const pid = /"pid":(\d+)/.exec(text ?? '')?.[1]
  return pid === undefined ? undefined : Number(pid)
}

/**
 * What marrow made in a state_dir for agents with these slugs: what they keep first, for only the store knows them; then the
 * store, without which the rest means nothing. The lock is not among it, and nothing that somebody else put there, not even
 * into a folder that has the name of one of ours.
 */
export function ownPaths(stateDir: string, slugs: ReadonlySet<string>): string[] {
  const own = (folder: string, isOurs: (name: string) => boolean) =>
    namesIn(join(stateDir, folder)).flatMap((name) => (isOurs(name) ? [join(stateDir, folder, name)] : []))
  return [
    ...own('homes', (name) => slugs.has(name)),
    ...stateFiles.map((name) => join(stateDir, name)),
    ...own('runs', isRunId),
    ...own('door', (name) => name === 'agent.sock'),
    ...storeCopies(stateDir),
    ...own('logins', isLoginName),
  ].filter((path) => entryOf(path) !== undefined)
}

/** The folders that only hold what is ours, and may hold something else as well. */
export function sharedFolders(stateDir: string): string[] {
  return stateFolders.map((name) => join(stateDir, name))
}
