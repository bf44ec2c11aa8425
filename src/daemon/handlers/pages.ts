/** The pages for other programs: made when they are first asked for, since most daemons are never asked. */
import type { Handlers } from '../../ipc/protocol/table.ts'
import { readAgents } from '../../heartbeat/store/agents.ts'
import { gaugesOf, type Standing } from '../../observability/metrics-gauges.ts'
import { tickOutcomes } from '../../observability/metrics.ts'
import { journalBounds } from '../../observability/store.ts'
import { entryOf } from '../../platform/files.ts'
import { openInside, type InnerPath } from '../../platform/inside.ts'
import { queueFolders } from '../../tasks/folders.ts'
import { isTaskFile } from '../../tasks/queue.ts'
import type { Core } from '../core.ts'
import { storePath } from '../open-store.ts'
import { statusOf } from '../status.ts'

export function pageHandlers(core: Core): Pick<Handlers, 'metrics' | 'openapi'> {
  let page: Promise<Record<string, unknown>> | undefined
  return {
    metrics: async () => {
      // A series that begins at 0 shows its first event as a rise; one that begins at 1 does not.
      for (const { name: agent } of core.config.agents) {
        const zero = (outcome: string) => ({
          series: 'marrow_ticks_total',
          labels: { agent, outcome },
          value: 0,
        })
        core.meter.add(tickOutcomes.map(zero))
      }
      return core.meter.render(gaugesOf(await standingOf(core)))
    },
    openapi: () => (page ??= describe(core.program.version)),
  }
}

async function describe(version: string): Promise<Record<string, unknown>> {
  const { openApi } = await import('../../ipc/openapi.ts')
  const { protocol } = await import('../../ipc/protocol/table.ts')
  return openApi(protocol, version)
}

async function standingOf(core: Core): Promise<Standing> {
  const { config } = core
  const names = new Set(config.agents.map(({ name }) => name))
  const known = await core.db.read((tx) => {
    const { oldest, newest } = journalBounds(tx)
    const breakers = [...readAgents(tx).values()].filter(({ name }) => names.has(name))
    return {
      status: statusOf(core, tx),
      breakers: breakers.map(({ breaker }) => breaker),
      journalEvents: newest - oldest + 1,
    }
  })
  const path = storePath(config.stateDir)
  return {
    ...known,
    tasksQueued: tasksIn(config.agents.flatMap((agent) => queueFolders(agent, config))),
    storeBytes: { db: bytesOf(path), wal: bytesOf(`${path}-wal`) },
  }
}

/** A folder that cannot be read holds no task that anybody could work on; that it cannot be read is told elsewhere. */
function tasksIn(folders: readonly InnerPath[]): number {
  const byPath = new Map(folders.map((folder) => [folder.path, folder]))
  return [...byPath.values()].map(countTasks).reduce((sum, count) => sum + count, 0)
}

function countTasks(queue: InnerPath): number {
  try {
    using folder = openInside(queue)
    return folder?.names('file').filter(isTaskFile).length ?? 0
  } catch {
    return 0
  }
}

function bytesOf(file: string): number {
  return entryOf(file)?.bytes ?? 0
}
