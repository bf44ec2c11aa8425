import type { Handlers } from '../../ipc/protocol/table.ts'
import { readEvents } from '../../observability/store.ts'
import type { Core } from '../core.ts'
import { eventView, statusOf } from '../status.ts'

export function statusHandlers(core: Core): Pick<Handlers, 'health' | 'status' | 'events'> {
  return {
    health: async () => ({ status: 'ok' }),
    status: () => core.db.read((tx) => statusOf(core, tx)),
    events: ({ after, limit, kind, agent }) =>
      core.db.read((tx) => ({ events: readEvents(tx, { after, limit, kind, agent }).map(eventView) })),
  }
}
