/** Owns how the attempts to break out of a wall are listed. */
import type { AttemptOutcome, AttemptReport } from '../../isolation/report.ts'
import type { Screen, Style } from './screen.ts'
import { table } from './table.ts'

const styles: Readonly<Record<AttemptOutcome, Style>> = {
  escaped: 'red',
  refused: 'green',
  skipped: 'yellow',
}

/** One line for each, those that matter first: what succeeded, then what could not be tried. */
export function attemptRows(attempts: readonly AttemptReport[], screen: Screen): string[] {
  const inOrder = (['escaped', 'skipped', 'refused'] as const).flatMap((outcome) =>
    attempts.filter((one) => one.outcome === outcome),
  )
  return table(
    [{ title: 'A RUN COULD', shrinkTo: 30 }, { title: 'OUTCOME' }, { title: 'HOW', shrinkTo: 10 }],
    inOrder.map(({ what, outcome, detail }) => [
      { text: what },
      { text: outcome, style: styles[outcome] },
      { text: detail },
    ]),
    screen,
  )
}
