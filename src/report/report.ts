/** Makes a report of what is known. Pure: a new subject is a file beside this one, and a line here and in sections.ts. */
import { isoTime } from '../base/time.ts'
import type { Report } from '../ipc/protocol/report.ts'
import { agentsOf } from './agents.ts'
import type { Facts } from './facts.ts'
import { itselfOf } from './itself.ts'
import { needsOf } from './needs.ts'
import { verdictOf } from './verdict.ts'
import { changesOf, tasksOf } from './work.ts'

/** Everything that is told of a period. */
export function makeReport(facts: Facts): Report {
  const { period, now, journal, situation } = facts
  const parts = {
    needs: needsOf(facts),
    agents: agentsOf(facts),
    ...tasksOf(facts),
    ...changesOf(facts),
    by_itself: itselfOf(facts),
  }
  return {
    from: isoTime(period.from),
    to: isoTime(period.to),
    made_at: isoTime(now),
    journal_from: journal.from !== undefined && journal.from > period.from ? isoTime(journal.from) : null,
    daemon: situation.daemonRuns,
    verdict: verdictOf(facts, parts),
    ...parts,
  }
}
