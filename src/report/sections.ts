/** Owns the order in which a report is told. */
import { formatDuration } from '../base/duration.ts'
import { fromIso } from '../base/time.ts'
import type { Report } from '../ipc/protocol/report.ts'
import { agentsSection } from './agents.ts'
import { itselfSection } from './itself.ts'
import { needsSection } from './needs.ts'
import type { Section, SectionOf } from './section.ts'
import { changesSection, tasksSection } from './work.ts'

/** A new subject is a line here. */
const order: readonly SectionOf[] = [needsSection, agentsSection, tasksSection, changesSection, itselfSection]

/** What there is to tell, in order. */
export function sectionsOf(report: Report): Section[] {
  return order.map((tell) => tell(report)).filter(({ entries }) => entries.length > 0)
}

/** Which period the report is about, and from when on anything is known of it. */
export function periodLine({ from, to, journal_from }: Report): string {
  const long = formatDuration(fromIso(to) - fromIso(from))
  const known = journal_from === null ? '' : `; the journal begins at ${journal_from}`
  return `From ${from} to ${to}, ${long}${known}.`
}
