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
      const now = core.clock.now().wall
      const { report, asked, next } = await core.db.read((tx) => {
        const last = readAsked(tx)
        const period = periodOf(since, now, last)
        return { report: reportOf(core, tx, period), asked: last, next: askedAfter(period, now, last) }
      })
      // Not in one transaction: on a full disk a report is needed most.
      if (next !== undefined && next !== asked)
        await core.db
          .write((tx) => storeAsked(tx, next))
          .catch((error: unknown) => core.log.warn('cannot remember the report', { error: reasonOf(error) }))
      return report
    },
  }
}
