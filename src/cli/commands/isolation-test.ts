import { counted } from '../../base/numbers.ts'
import type { AttemptReport, WallReport } from '../../isolation/report.ts'
import { searchOf, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { attemptRows } from '../render/attempts.ts'

/** `marrow isolation test`: tries to break out of the wall. 1 when an attempt succeeded or there is no wall to test. */
export async function isolationTest(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const { testIsolation } = await import('../../daemon/local/isolation-test.ts')
  const { by, report } = await testIsolation(searchOf(options), new AbortController().signal)
  const { holds, why, fix, attempts } = report
  if (options.json) printJson({ ok: holds, by: by ?? null, why: why ?? null, fix: fix ?? null, attempts })
  else {
    if (attempts.length > 0) print(...attemptRows(attempts, await screenFor(attempts)))
    sayResult(report, by ?? 'nothing')
  }
  return holds ? 0 : 1
}

function sayResult({ holds, why, fix, attempts }: WallReport, by: string): void {
  if (holds) print(`${sum(attempts)}: ISOLATION OK (${by})`)
  else {
    const counts = attempts.length === 0 ? '' : `${sum(attempts)}. `
    process.stderr.write(`ISOLATION FAILS: ${counts}${why}.\n${fix === undefined ? '' : `Fix: ${fix}\n`}`)
  }
}

function sum(attempts: readonly AttemptReport[]): string {
  const count = (wanted: AttemptReport['outcome']) =>
    attempts.filter(({ outcome }) => outcome === wanted).length
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} could not be tried here`
  return `${counted(attempts.length, 'attempt')}, ${count('escaped')} succeeded${skipped}`
}
