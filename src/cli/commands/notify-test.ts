import { plain } from '../../base/plain.ts'
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { connect, isNobody, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

const ANSWER_MS_MAX = 60_000 // A program that tells may take half of that.

/** `marrow notify test`: what became of a test notice at every destination. 1 when one did not take it. */
export async function notifyTest(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const answer = await tested(options)
  if (options.json) printJson(answer)
  else
    for (const { to, ok, reason, fix } of answer.destinations) {
      if (ok) print(`✓ ${to} took it`)
      else print(`✖ ${to} did not: ${plain(reason ?? '')}`, `  Fix: ${plain(fix ?? '')}`)
    }
  return answer.ok ? 0 : 1
}

async function tested(options: CommonOptions): Promise<ResultOf<'notifyTest'>> {
  const connection = connect(options)
  try {
    return await connection.ask('notifyTest', {}, { timeoutMs: ANSWER_MS_MAX })
  } catch (error) {
    if (!isNobody(error)) throw error
    const { testNoticesLocally } = await import('../../daemon/local/notify-test.ts')
    return await testNoticesLocally(connection.configPath)
  }
}
