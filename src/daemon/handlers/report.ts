import { reasonOf } from '../../base/errors.ts'
import type { Handlers } from '../../ipc/protocol/table.ts'
import { askedAfter, periodOf } from '../../report/period.ts'
import { readAsked, storeAsked } from '../../report/store.ts'
import type { Core } from '../core.ts'
import { reportOf } from '../report.ts'

/** The report, and the memory of when it was asked for. */
export function reportHandlers(core: Core): Pick<Handlers, 'report'> {
  return {
    report: async ({ since }) => {
      const { report, asked, next } = await look(core, since)
      // Not in one transaction: on a full disk a report is needed most.
      if (next !== undefined && next !== asked)
        await core.db
          .write((tx) => storeAsked(tx, next))
          .catch((error: unknown) => core.log.warn('cannot remember the report', { error: reasonOf(error) }))
      return report
    },
  }
}

/** The same for a model, which may look whenever it likes: what it was told, the operator has not read yet. */
export function reportTool(core: Core): Pick<Handlers, 'report'> {
  return { report: async ({ since }) => (await look(core, since)).report }
}

function look(core: Core, since: string) {
  const now = core.clock.now().wall
  return core.db.read((tx) => {
    const asked = readAsked(tx)
    const period = periodOf(since, now, asked)
    return { report: reportOf(core, tx, period), asked, next: askedAfter(period, now, asked) }
  })
}
