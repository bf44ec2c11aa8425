import { chmodSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { reasonOf, stackOf } from '../base/errors.ts'
import { innerPath } from '../config/inner.ts'
import { agentSocketPath } from '../config/paths.ts'
import { startServer, type Server, type ServerOptions } from '../ipc/server.ts'
import type { AgentHandlers, Handlers } from '../ipc/protocol/table.ts'
import { makeFolder } from '../platform/files.ts'
import { checkInside } from '../platform/inside.ts'
import type { Core } from './core.ts'
import { createAdmit } from './delegation/admit.ts'

/** A door as the daemon keeps it. */
export interface Door {
  /** Opens it again if somebody took its socket away; returns at once. */
  lookAfter(): void
  close(): Promise<void>
}

/** Throws SOCKET_PATH_TOO_LONG, CANNOT_WRITE, NOT_FOUND for a link on the way to a socket in a workspace. */
export async function openDoor(core: Core, handlers: Handlers): Promise<Door> {
  const { socketPath } = core.config.ipc
  return keepOpen(core, 'door', () => {
    // An operator may have put it into a workspace, against our advice: at least through no link of an agent's.
    checkInside(innerPath(dirname(socketPath), core.config.agents))
    return startServer({ ...common(core), socketPath, mode: 0o600, doorway: { who: 'operator', handlers } })
  })
}

/**
 * The door of the runs. Without it they do their work all the same, and only cannot delegate: so a path that is too long for a
 * socket keeps no daemon from its work. Undefined then.
 */
export async function openAgentsDoor(core: Core, handlers: AgentHandlers): Promise<Door | undefined> {
  const socketPath = agentSocketPath(core.config.stateDir)
  const doorway = { who: 'agent', handlers, admit: createAdmit(core) } as const
  try {
    const door = await keepOpen(core, "agents' door", () => {
      makeFolder(dirname(socketPath))
      chmodSync(dirname(socketPath), 0o711)
      return startServer({ ...common(core), socketPath, mode: 0o666, doorway })
    })
    core.life.agentsDoor = true
    return door
  } catch (error) {
    core.log.warn('the door of the agents cannot be opened: no run can delegate', { error: reasonOf(error) })
    return undefined
  }
}

function common(core: Core): Pick<ServerOptions, 'onError' | 'version' | 'config'> {
  return {
    onError: (error, what) => core.log.error('request failed', { what, error: stackOf(error) }),
    version: core.program.version,
    config: realpathSync(core.config.path),
  }
}

async function keepOpen(core: Core, name: string, open: () => Promise<Server>): Promise<Door> {
  let server = await open()
  return {
    lookAfter: () => {
      if (server.ownsSocket()) return
      core.jobs.start(name, async () => {
        core.log.warn('a socket was taken away: opening it again', { door: name })
        await server.close()
        server = await open()
      })
    },
    close: () => server.close(),
  }
}
