import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { stackOf } from '../base/errors.ts'
import { innerPath } from '../config/inner.ts'
import { startServer, type Server } from '../ipc/server.ts'
import type { Handlers } from '../ipc/protocol/table.ts'
import { checkInside } from '../platform/inside.ts'
import type { Core } from './core.ts'

/** The operator's door as the daemon keeps it. */
export interface Door {
  /** Opens it again if somebody took its socket away; returns at once. */
  lookAfter(): void
  close(): Promise<void>
}

/** Throws SOCKET_PATH_TOO_LONG, CANNOT_WRITE, NOT_FOUND for a link on the way to a socket in a workspace. */
export async function openDoor(core: Core, handlers: Handlers): Promise<Door> {
  const open = async (): Promise<Server> => {
    // An operator may have put it into a workspace, against our advice: at least through no link of an agent's.
    checkInside(innerPath(dirname(core.config.ipc.socketPath), core.config.agents))
    return startServer({
      socketPath: core.config.ipc.socketPath,
      mode: 0o600,
      handlers,
      onError: (error, what) => core.log.error('request failed', { what, error: stackOf(error) }),
      version: core.program.version,
      config: realpathSync(core.config.path),
    })
  }
  let server = await open()
  return {
    lookAfter: () => {
      if (server.ownsSocket()) return
      core.jobs.start('door', async () => {
        core.log.warn('the socket was taken away: opening it again', { socket: core.config.ipc.socketPath })
        await server.close()
        server = await open()
      })
    },
    close: () => server.close(),
  }
}
