/** What wakes the daemon before its next look, which may be ten seconds away: a folder of its own for each case. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect as check } from 'vitest'
import { later } from '../../src/base/moment.ts'
import { pendingTriggers } from '../../src/heartbeat/store/triggers.ts'
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

/** Waits for the wake that tells of a file; it comes quickly or not at all. */
async function wakeFor(daemon: LiveDaemon, file: string): Promise<unknown> {
  const startedAt = performance.now()
  const wake = await eventually(`a wake for ${file}`, async () =>
    (await daemon.events('wake.received')).find(({ data }) => String(data['reason']).endsWith(`/${file}`)),
  )
  check(performance.now() - startedAt).toBeLessThan(QUICK_MS)
  return wake.data['cause']
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
  expect(await wakeFor(daemon, 'one.md')).toBe('tasks')
  await rm(queue, { recursive: true })
  await mkdir(queue)
  await daemon.handlers.wake({ agent: 'two' })
  await daemon.ended(5)
  await writeFile(join(queue, 'two.md'), '# Two\n')
  expect(await wakeFor(daemon, 'two.md')).toBe('tasks')
})

test('folders that do not exist yet are seen when they come with what is in them', async ({
  home,
  expect,
}) => {
  const daemon = await rested(home)
  await eventually('the daemon to rest', async () =>
    (await daemon.handlers.status({})).runs_open === 0 ? true : undefined,
  )
  const handoffs = join(home.workspace, 'runtime/handoff/two-to-one')
  await mkdir(handoffs, { recursive: true })
  await writeFile(join(handoffs, 'first.md'), 'Look.')
  expect(await wakeFor(daemon, 'first.md')).toBe('handoff')
  const queue = join(home.workspace, 'tasks/queue')
  await mkdir(queue, { recursive: true })
  await writeFile(join(queue, 'first.md'), '# First\n')
  expect(
    await eventually('the task', async () =>
      (await daemon.events('wake.received')).find(({ data }) => data['cause'] === 'tasks'),
    ),
  ).toMatchObject({ agent: 'one' })
})

test('a folder that takes the place of another is watched in its stead', async ({ home, expect }) => {
  const daemon = await rested(home)
  const queue = join(home.workspace, 'tasks/queue')
  await mkdir(queue, { recursive: true })
  await daemon.handlers.addTask({ title: 'By the door' })
  await daemon.ended(3)
  await rename(join(home.workspace, 'tasks'), join(home.workspace, 'old'))
  await mkdir(queue, { recursive: true })
  await daemon.handlers.wake({ agent: 'two' }) // A pass, which sees that it is another folder.
  await daemon.ended(4)
  // The first may be come upon by a pass that something else asked for, and starts a run; nothing asks for the third.
  for (const file of ['first.md', 'second.md', 'third.md']) {
    await writeFile(join(queue, file), '# Later\n')
    expect(await wakeFor(daemon, file)).toBe('tasks')
    if (file === 'first.md') await daemon.ended(5)
  }
})

test('what an agent writes into its task does not wake it, also when it is seen only after its run', async ({
  home,
  expect,
}) => {
  await home.write({
    one: {
      agent_command: sh('for task in "$MARROW_WORKSPACE"/tasks/queue/*; do echo more >> "$task"; done'),
      wake_on: '["tasks"]',
    },
  })
  const queue = join(home.workspace, 'tasks/queue')
  await mkdir(queue, { recursive: true })
  await writeFile(join(queue, 'one.md'), '# One\n')
  const daemon = await home.start()
  await daemon.ended(1)
  // As after a long look at thousands of files: the next one comes when nobody is at work any more.
  daemon.core.life.intakeRestsUntil = later(daemon.core.clock.now(), 500)
  await daemon.handlers.runOnce({ agents: ['one'] })
  await writeFile(join(queue, 'other.md'), '# Other\n')
  await wakeFor(daemon, 'other.md')
  const triggers = await daemon.core.db.read((tx) => pendingTriggers(tx, 'one'))
  expect(triggers.find(({ path }) => path?.endsWith('/one.md') ?? false)?.wakes).not.toBe(true)
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
  expect(await wakeFor(daemon, 'note.md')).toBe('handoff')
})

test('a configuration that was changed while the daemon read it is taken up all the same', async ({
  home,
  expect,
}) => {
  const agents = { one: { agent_command: sh('true') }, two: { agent_command: sh('true') } }
  await home.write({ one: agents.one })
  const daemon = await home.start({ meanwhile: () => home.write(agents) })
  await eventually('the new agent', async () => daemon.core.config.agents.length === 2 || undefined)
  expect(await daemon.events('config.loaded')).toMatchObject([{ data: { agents: 2 } }])
})
