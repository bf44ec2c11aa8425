/** Owns how a report is shown on a terminal: the verdict first, then what waits, then what happened. */
import { plain } from '../../base/plain.ts'
import { fromIso, withClockTimes } from '../../base/time.ts'
import type { Report } from '../../ipc/protocol/report.ts'
import type { Entry } from '../../report/section.ts'
import { periodLine, sectionsOf } from '../../report/sections.ts'
import type { Screen } from './screen.ts'

/** The lines of the whole view. */
export function reportLines(report: Report, screen: Screen): string[] {
  const told = (text: string) => withClockTimes(plain(text), fromIso(report.made_at))
  const { well, line } = report.verdict
  const sections = sectionsOf(report).flatMap(({ title, entries }) => [
    '',
    screen.paint('dim', title.toUpperCase()),
    ...entries.flatMap((entry) => entryLines(entry, told, screen)),
  ])
  return [
    screen.paint(well ? 'green' : 'red', told(line)),
    screen.paint('dim', told(periodLine(report))),
    ...sections,
  ]
}

function entryLines(
  { text, tone, below = [], fix }: Entry,
  told: (text: string) => string,
  screen: Screen,
): string[] {
  const line = told(text)
  return [
    `  ${tone === 'bad' ? screen.paint('red', line) : line}`,
    ...below.map((one) => `    ${told(one)}`),
    ...(fix === undefined ? [] : [`    ${screen.paint('cyan', told(fix))}`]),
  ]
}
