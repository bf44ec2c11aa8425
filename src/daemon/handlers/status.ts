import type { Handlers } from '../../ipc/protocol/table.ts'
import type { Core } from '../core.ts'
import { statusOf } from '../status.ts'

export function statusHandlers(core: Core): Pick<Handlers, 'health' | 'status'> {
  return {
    health: async () => ({ status: 'ok' }),
    status: () => core.db.read((tx) => statusOf(core, tx)),
  }
}
