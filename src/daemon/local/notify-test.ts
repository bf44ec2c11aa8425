/** Sends a test notice where no daemon runs. */
import type { ResultOf } from '../../ipc/protocol/table.ts'
import { systemClock } from '../../platform/clock.ts'
import { configAt } from '../here.ts'
import { testNotices } from '../notify-test.ts'

/** To every destination of the configuration. Throws CONFIG_MISSING, CONFIG_INVALID, and USAGE when there is none. */
export async function testNoticesLocally(configPath: string): Promise<ResultOf<'notifyTest'>> {
  const config = await configAt(configPath)
  const { signal } = new AbortController()
  return testNotices({ config, env: process.env, at: systemClock.now().wall, signal })
}
