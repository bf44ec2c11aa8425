/** Tasks that take several ticks, with the gate on: worked until they are done, then quiet; and left alone longer when nothing moves. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { FakeClock } from '../../helpers/fake-clock.ts'
import { test, type Home, type LiveDaemon } from '../../helpers/daemon.ts'
import { gitCommit } from './git-commit.ts'

const INTERVAL_MS = 600_000
const TICK_MS_MAX = 30_000
const simulatedAgent = join(import.meta.dirname, '..', '..', 'helpers', 'simulated-agent.ts')

/** One agent that works the queue in a git work_dir, gated. */
async function begin(home: Home, words: readonly string[]) {
  const workDir = join(home.dir, 'work')
  mkdirSync(workDir)
  gitCommit(workDir, 'README.md', 'begin')
  await home.write({
    scout: {
      agent_command: JSON.stringify([process.execPath, simulatedAgent, ...words]),
      heartbeat_interval: String(INTERVAL_MS / 1_000),
      work_dir: `'${workDir}'`,
      wake_on: '["tasks"]',
      gate: '"changed"',
      max_quiet: '"10000h"',
    },
  })
  const clock = new FakeClock()
  const daemon = await home.start({ clock })
  await ticked(daemon, clock, 1)
  return { daemon, clock }
}

/** Waits until that many ticks have begun and all have ended; the clock creeps, because agents take real time. */
async function ticked(daemon: LiveDaemon, clock: FakeClock, count: number): Promise<void> {
  await eventually(
    `tick ${count} to end`,
    async () => {
      await clock.advance(1)
      const begun = (await daemon.events('tick.begun')).length
      const ended = (await daemon.events('tick.quiet')).length + (await daemon.events('run.ended')).length
      return begun >= count && ended >= count ? true : undefined
    },
    TICK_MS_MAX,
  )
}

/** Lives through so many slots and returns those in which a run began, counted from 1. */
async function runsBySlot(daemon: LiveDaemon, clock: FakeClock, slots: number): Promise<number[]> {
  const found: number[] = []
  for (let slot = 1; slot <= slots; slot += 1) {
    const [ticks, runs] = [(await daemon.events('tick.begun')).length, (await daemon.runs()).length]
    const next = (await statusOf(daemon)).next_tick_at ?? 0
    await clock.advance(Math.round(next * 1_000) - clock.now().wall)
    await ticked(daemon, clock, ticks + 1)
    if ((await daemon.runs()).length > runs) found.push(slot)
  }
  return found
}

async function statusOf(daemon: LiveDaemon) {
  const { agents } = await daemon.handlers.status({})
  const scout = agents['scout']
  if (scout === undefined) throw new Error('The agent is missing from status.')
  return scout
}

describe('a task that takes three ticks', () => {
  test('is worked at every slot until it is done; then the agent is quiet', async ({ home, expect }) => {
    const words = ['--complete-tasks', '--task-ticks', '3', '--change-file', 'log.txt', '--commit', 'work']
    const { daemon, clock } = await begin(home, words)
    expect(await runsBySlot(daemon, clock, 2), 'runs before there was a task').toEqual([])
    await daemon.handlers.addTask({ title: 'Paint the fence' })
    await ticked(daemon, clock, 4) // The wake of the new task is the first of the three.
    expect(await daemon.handlers.tasks({})).toMatchObject({ tasks: [{ title: 'Paint the fence' }] })
    // The two that are left, then the one that is told that the queue is empty now.
    expect(await runsBySlot(daemon, clock, 8), 'slots with a run').toEqual([1, 2, 3])
    expect(await daemon.handlers.tasks({})).toMatchObject({ tasks: [] })
    expect(await statusOf(daemon)).toMatchObject({ no_progress: null, quiet_count: 7 })
    expect(await daemon.events('agent.no-progress')).toEqual([])
  })
})

describe('a task on which a run changes nothing', () => {
  test('is tried again after 2, 4 and 8 intervals, shown as no progress, and at once after a change', async ({
    home,
    expect,
  }) => {
    const { daemon, clock } = await begin(home, ['--say', 'I do not know how.'])
    expect(await runsBySlot(daemon, clock, 1), 'runs before there was a task').toEqual([])
    await daemon.handlers.addTask({ title: 'Square the circle' })
    await ticked(daemon, clock, 3)
    expect(await statusOf(daemon)).toMatchObject({ no_progress: expect.stringMatching(/^1 in a row/) })
    expect(await runsBySlot(daemon, clock, 15), 'slots with a run').toEqual([2, 6, 14])
    expect(await statusOf(daemon)).toMatchObject({ no_progress: expect.stringMatching(/^4 in a row/) })
    expect(await daemon.events('agent.no-progress')).toHaveLength(4)

    const [first] = (await daemon.handlers.tasks({})).tasks
    writeFileSync(
      join(home.workspace, 'tasks', 'queue', first?.file ?? ''),
      '# Square the circle\n\nRoughly.\n',
    )
    await clock.advance(61_000) // The floor between two wakes that an agent may have caused.
    await ticked(daemon, clock, 19)
    expect((await daemon.runs()).length).toBe(6)
    expect(await runsBySlot(daemon, clock, 3), 'slots with a run').toEqual([2])
  })

  test('is tried no later because its agent was asked something meanwhile', async ({ home, expect }) => {
    const { daemon, clock } = await begin(home, ['--say', 'I do not know how.'])
    await daemon.handlers.addTask({ title: 'Square the circle' })
    await ticked(daemon, clock, 2)
    await daemon.handlers.wake({ agent: 'scout', prompt: 'What keeps you?' })
    await ticked(daemon, clock, 3)
    expect(await statusOf(daemon)).toMatchObject({ no_progress: expect.stringMatching(/^1 in a row/) })
    const [slot] = await runsBySlot(daemon, clock, 3)
    expect(slot, 'the first slot with a run').toBeLessThanOrEqual(2)
  })
})
