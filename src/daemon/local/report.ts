/** The report where no daemon runs, which is when one is needed: of what the last daemon left in the store. */
import { homedir } from 'node:os'
import { formatProblem } from '../../base/errors.ts'
import { shellWord } from '../../base/shell-word.ts'
import { readConfig } from '../../config/load.ts'
import { withoutWritten } from '../../config/report.ts'
import type { Report } from '../../ipc/protocol/report.ts'
import { systemClock } from '../../platform/clock.ts'
import { entryOf } from '../../platform/files.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { periodOf } from '../../report/period.ts'
import { readAsked } from '../../report/store.ts'
import { noStore, openToRead } from '../open-store.ts'
import { pauseFile, readPause } from '../pause.ts'
import { reportFrom } from '../report.ts'
import { redactorFor } from '../redaction.ts'

/**
 * Reads the store without changing anything: that it was asked is not remembered. A configuration that cannot be used
 * is a part of the report. Throws USAGE for a period that cannot be understood, STORE_UNREADABLE.
 */
export async function reportLocally(asked: {
  readonly configPath: string
  readonly stateDir: string
  readonly since: string
}): Promise<Report> {
  const { configPath, stateDir, since } = asked
  const { config, problems } = await readConfig(configPath, { home: homedir(), env: process.env })
  const now = systemClock.now().wall
  const pausedByFile = entryOf(pauseFile(stateDir))?.modifiedAt
  const report = (tx: Tx) => {
    const pause = readPause({ config: { stateDir }, life: { pausedByFile } }, tx)
    return reportFrom(tx, periodOf(since, now, readAsked(tx)), {
      now,
      daemonRuns: false,
      config,
      configPath,
      configProblems: problems.map(({ reason, ...problem }) =>
        withoutWritten(formatProblem({ ...problem, reason: reason.split('\n')[0] ?? '' })),
      ),
      pause: pause && {
        ...pause,
        lift:
          pause.by === 'file' ? `rm ${shellWord(pauseFile(stateDir))}` : 'marrow resume, once a daemon runs',
      },
      isolationOf: () => undefined,
      failingSteps: [],
      isReached: () => true,
      redact: config ? redactorFor({ config, env: process.env }) : (text) => text,
    })
  }
  const db = openToRead(stateDir)
  if (db === undefined) return report(noStore)
  using stack = new DisposableStack()
  stack.defer(() => db.close())
  return await db.read(report)
}
