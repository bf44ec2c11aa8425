/** Owns the socket file: made with its mode from the first moment on, known again, removed only by its owner. */
import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import type { Server } from 'node:net'
import { dirname, join } from 'node:path'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { checkSocketPath } from '../address.ts'

/** The file of a listening server. */
export interface SocketFile {
  isOwn(): boolean
  remove(): void
}

/**
 * Listens at `path`. The socket is made in a private folder beside it and moved into place: there is no moment at which
 * somebody else could open it, or at which a client finds nothing between the old one and the new.
 */
export async function openSocket(server: Server, path: string, mode: number): Promise<SocketFile> {
  checkSocketPath(path)
  refuseOtherFiles(path)
  try {
    const folder = mkdtempSync(join(dirname(path), '/'))
    try {
      const first = join(folder, 's')
      await listen(server, first)
      chmodSync(first, mode)
      renameSync(first, path)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  } catch (error) {
    server.close()
    throw cannotOpen(path, reasonOf(error), error)
  }
  return fileOf(path)
}

function fileOf(path: string): SocketFile {
  const own = lstatSync(path)
  const isOwn = () => {
    const found = lstatSync(path, { throwIfNoEntry: false })
    return found !== undefined && found.ino === own.ino && found.dev === own.dev
  }
  return { isOwn, remove: () => isOwn() && unlinkSync(path) }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function refuseOtherFiles(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isSocket()) return
  throw cannotOpen(path, 'something that is not a socket stands there')
}

function cannotOpen(path: string, reason: string, cause?: unknown): MarrowError {
  return new MarrowError('CANNOT_WRITE', `Cannot open the socket ${path}: ${reason}.`, {
    fix: 'Check that its folder exists and is yours, or set another socket_path under [ipc].',
    cause,
  })
}
