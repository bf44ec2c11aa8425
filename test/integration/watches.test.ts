/** What wakes the daemon before its next look, which may be ten seconds away: a folder of its own for each case. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect as check } from 'vitest'
import { sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'

const QUICK_MS = 4_000 // A lost wake-up would cost up to ten seconds.

/** A daemon whose agent worked once and has nothing left to do. */
async function rested(home: Home): Promise<LiveDaemon> {
  await home.write({
    one: { agent_command: sh('true'), wake_on: '["tasks", "handoff"]' },
    two: { agent_command: sh('true'), wake_on: '[]' },
  })
  const daemon = await home.start()
  await daemon.ended(2)
  return daemon
}

/** The causes of the wakes so far, once there are `count`; they come quickly or not at all. */
async function wakes(daemon: LiveDaemon, count: number): Promise<unknown[]> {
  const startedAt = performance.now()
  const found = await eventually(`${count} wakes`, async () => {
    const events = await daemon.events('wake.received')
    return events.length >= count ? events : undefined
  })
  check(performance.now() - startedAt).toBeLessThan(QUICK_MS)
  return found.map(({ data }) => data['cause'])
}

test('a task that is dropped into the queue wakes at once, also one in a queue that was made anew', async ({
  home,
  expect,
}) => {
  const daemon = await rested(home)
  const queue = join(home.workspace, 'tasks/queue')
  await mkdir(queue, { recursive: true })
  await daemon.handlers.addTask({ title: 'By the door' }) // A pass, after which the new folder is watched.
  await eventually('the task to be worked on', async () =>
    (await daemon.events('run.ended')).length >= 3 ? true : undefined,
  )
  await writeFile(join(queue, 'one.md'), '# One\n')
  expect(await wakes(daemon, 1)).toEqual(['tasks'])
  await rm(queue, { recursive: true })
  await mkdir(queue)
  await daemon.handlers.wake({ agent: 'two' })
  await daemon.ended(5)
  await writeFile(join(queue, 'two.md'), '# Two\n')
  expect(await wakes(daemon, 3)).toEqual(['tasks', 'operator', 'tasks'])
})

test('a handoff wakes its receiver at once, whether its folder was there or came with it', async ({
  home,
  expect,
}) => {
  const daemon = await rested(home)
  const handoffs = join(home.workspace, 'runtime/handoff')
  await mkdir(join(handoffs, 'two-to-one'), { recursive: true })
  await daemon.handlers.wake({ agent: 'two' })
  await daemon.ended(3)
  await writeFile(join(handoffs, 'draft'), 'Look.')
  await rename(join(handoffs, 'draft'), join(handoffs, 'two-to-one', 'note.md'))
  expect(await wakes(daemon, 2)).toEqual(['operator', 'handoff'])
})
