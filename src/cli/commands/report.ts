import { MarrowError } from '../../base/errors.ts'
import { connect, isNobody, type CommonOptions, type Connection } from '../connection.ts'
import type { Report } from '../../ipc/protocol/report.ts'
import { print, printJson, screenFor } from '../output.ts'
import { reportLines } from '../render/report.ts'

/** Flags of `marrow report`. */
export interface ReportOptions extends CommonOptions {
  readonly since?: string | undefined
  readonly markdown?: boolean
  readonly json?: boolean
}

/** `marrow report`: what happened and what waits, from the daemon, or from what the last one left. */
export async function report(options: ReportOptions): Promise<number> {
  if (options.json && options.markdown) {
    throw new MarrowError(
      'USAGE',
      'Cannot understand the command: --markdown and -o json contradict each other.',
      { fix: 'Give one of them.' },
    )
  }
  const answer = await asked(connect(options), options.since ?? 'last')
  if (options.json) printJson(answer)
  else if (options.markdown) {
    const { reportMarkdown } = await import('../../report/text.ts')
    process.stdout.write(reportMarkdown(answer))
  } else print(...reportLines(answer, await screenFor(answer)))
  return 0
}

async function asked(connection: Connection, since: string): Promise<Report> {
  try {
    return await connection.ask('report', { since })
  } catch (error) {
    if (!isNobody(error)) throw error
    const { reportLocally } = await import('../../daemon/local/report.ts')
    const { configPath, stateDir } = connection
    return await reportLocally({ configPath, stateDir, since })
  }
}
