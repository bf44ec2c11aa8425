// The lock that lets one daemon work on a state_dir.
import { lstatSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { MarrowError, reasonOf } from '../base/errors.ts'

/** A lock that is held until it is released or the process is gone, however it went. */
export interface Lock {
  release(): void
  /** False when the file was moved or removed: then somebody else can take the lock of this place. */
  holds(): boolean
}

const SQLITE_BUSY = 5

// A database that nobody refers to is closed by the garbage collector, and with it the lock would be gone.
const held = new Set<DatabaseSync>()

/**
 * Takes the lock, or returns undefined when another process (or this one) holds it. It is a transaction that is never
 * ended, so the system frees it even after a kill -9. Nothing else may open the file. Throws CANNOT_WRITE.
 */
export function acquireLock(path: string): Lock | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    database.exec('begin exclusive')
  } catch (error) {
    if (database?.isOpen) database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw new MarrowError('CANNOT_WRITE', `Cannot lock ${path}: ${reasonOf(error)}.`, {
      fix: 'Check that the folder exists, belongs to you, and that its disk is neither full nor read-only.',
      cause: error,
    })
  }
  const owned = database
  const own = lstatSync(path)
  held.add(owned)
  return {
    holds: () => {
      try {
        const found = lstatSync(path, { throwIfNoEntry: false })
        return found?.ino === own.ino && found.dev === own.dev
      } catch {
        return true // Who cannot look has not seen it go, and the transaction is still ours.
      }
    },
    release: () => {
      held.delete(owned)
      if (owned.isOpen) owned.close() // Closing ends the transaction and frees the lock.
    },
  }
}
