import type { Handlers } from '../../ipc/protocol/table.ts'
import type { Core } from '../core.ts'
import { testNotices } from '../notify-test.ts'

export function notifyHandlers(core: Core): Pick<Handlers, 'notifyTest'> {
  let asked = 0
  return {
    notifyTest: async () => {
      const answer = Promise.withResolvers<Awaited<ReturnType<typeof testNotices>>>()
      asked += 1
      // A job, so that a daemon that leaves neither waits for it nor leaves a program behind.
      core.jobs.start(`notify-test:${asked}`, async (signal) => {
        const { config, env } = core
        const at = core.clock.now().wall
        await testNotices({ config, env, at, signal }).then(answer.resolve, answer.reject)
      })
      return answer.promise
    },
  }
}
