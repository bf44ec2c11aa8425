/** What attacks on the finished heart found. Each of these once held the daemon up, forgot work or cost money. */
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../helpers/eventually.ts'
import { FakeClock } from '../helpers/fake-clock.ts'
import { drive, exists, sh, test } from '../helpers/daemon.ts'

const HOUR = 3_600_000

describe('an agent that breaks its own folders', () => {
  test('has its run recorded all the same, and keeps nobody else from starting', async ({ home, expect }) => {
    const breaking = sh('mkdir -p tasks; rm -rf tasks/queue; echo > tasks/queue')
    await home.write(
      { a: { agent_command: breaking }, b: { agent_command: sh('true') } },
      'max_concurrent_runs = 1',
    )
    const daemon = await home.start()
    expect((await daemon.ended(2)).map(({ agent, ok }) => [agent, ok])).toEqual([
      ['a', true],
      ['b', true],
    ])
  })

  test('keeps nobody else from being woken by files', async ({ home, dir, expect }) => {
    const other = join(dir, 'other')
    await mkdir(join(other, 'tasks/queue'), { recursive: true })
    await mkdir(join(home.workspace, 'tasks'))
    await symlink('queue', join(home.workspace, 'tasks/queue'))
    const wakeOn = { wake_on: '["tasks"]', agent_command: sh('true') }
    await home.write({ a: wakeOn, b: { ...wakeOn, workspace: `'${other}'` } })
    const daemon = await home.start()
    await daemon.ended(2)
    await writeFile(join(other, 'tasks/queue/work.md'), '# Work')
    await eventually('the wake', async () => ((await daemon.runs()).length === 3 ? true : undefined), 15_000)
    expect((await daemon.events('wake.received')).map(({ agent }) => agent)).toEqual(['b'])
    expect(await daemon.events('step.failed')).toEqual([])
  })
})

describe('state that somebody takes away', () => {
  test('as the folder of a live run costs that run only, and it is not started again', async ({
    home,
    expect,
  }) => {
    const waiting = sh('echo $$ > "$MARROW_WORKSPACE/pid"; while :; do sleep 0.05; done')
    const quick = sh('while [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done; exit 3')
    await home.write({ a: { agent_command: waiting }, b: { agent_command: quick } })
    const daemon = await home.start()
    await eventually('both', async () =>
      (await daemon.events('run.started')).length === 2 ? true : undefined,
    )
    await eventually('the agent', async () =>
      (await exists(join(home.workspace, 'pid'))) ? true : undefined,
    )
    const lost = (await daemon.runs()).find(({ agent }) => agent === 'a')
    await rm(join(home.stateDir, 'runs', lost?.id ?? ''), { recursive: true })
    await writeFile(join(home.workspace, 'go'), '')
    const [ended] = await daemon.ended(1)
    expect(ended).toMatchObject({ agent: 'b', outcome: 'failed: exited with code 3' })
    await daemon.handlers.cancel({ target: 'a' })
    await eventually('its end', async () => ((await daemon.ended(2)).length === 2 ? true : undefined), 25_000)
    expect(await daemon.runs()).toHaveLength(2)
  })

  test('as a whole makes the daemon leave: another one may work there by now', async ({
    home,
    dir,
    expect,
  }) => {
    await home.write({ scout: { agent_command: sh('true') } })
    const first = await home.start()
    await first.ended(1)
    await rename(home.stateDir, join(dir, 'moved'))
    first.core.waker.wake()
    await first.gone()
    const second = await home.start()
    expect((await second.ended(1))[0]?.tick).toBe('scout#1')
  })
})

describe('an agent that stops its launcher', () => {
  test('is ended all the same', async ({ home, expect }) => {
    await home.write({ scout: { agent_command: sh('kill -STOP $PPID; sleep 1000') } })
    const daemon = await home.start()
    await eventually('the run', async () =>
      (await daemon.events('run.started')).length === 1 ? true : undefined,
    )
    await daemon.handlers.cancel({ target: 'scout' })
    await eventually(
      'its end',
      async () => ((await daemon.runs())[0]?.state === 'ended' ? true : undefined),
      25_000,
    )
    expect((await daemon.runs())[0]?.outcome).toBe('ended by operator')
  })
})

describe('work', () => {
  test('on which a run was cut short is no "no progress"', async ({ home, expect }) => {
    await mkdir(join(home.workspace, 'tasks/queue'), { recursive: true })
    await writeFile(join(home.workspace, 'tasks/queue/work.md'), '# Work')
    const waiting = sh('touch "$MARROW_WORKSPACE/up"; while :; do sleep 0.05; done')
    await home.write({ scout: { agent_command: waiting, gate: '"changed"', wake_on: '["tasks"]' } })
    const daemon = await home.start()
    await eventually('the agent', async () => ((await exists(join(home.workspace, 'up'))) ? true : undefined))
    await daemon.handlers.cancel({ target: 'scout' })
    await eventually(
      'its end',
      async () => ((await daemon.runs())[0]?.state === 'ended' ? true : undefined),
      15_000,
    )
    expect((await daemon.handlers.status({})).agents['scout']?.no_progress).toBeNull()
  })

  test('that its agent writes down in the task itself does not start it again each minute', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    const queue = join(home.workspace, 'tasks/queue')
    await mkdir(queue, { recursive: true })
    await writeFile(join(queue, 'work.md'), '# Work')
    const noting = sh(
      'sleep 0.05; for f in "$MARROW_WORKSPACE"/tasks/queue/*.md; do echo "- some" >> "$f"; done; sleep 0.3',
    )
    await home.write({ scout: { agent_command: noting, gate: '"changed"', wake_on: '["tasks"]' } })
    const daemon = await home.start({ clock })
    const ended = async () => (await daemon.runs()).filter(({ state }) => state === 'ended').length
    await drive(clock, async () => (await ended()) === 1)
    for (let minute = 0; minute < 10; minute += 1) {
      await clock.advance(60_000)
      await drive(clock, async () => (await daemon.runs()).every(({ state }) => state === 'ended'))
    }
    const before = await ended()
    expect(before).toBeLessThanOrEqual(2) // The second is for what it wrote after its last look.
    // Somebody else's edit is news.
    await appendFile(join(queue, 'work.md'), '\nMore of it.\n')
    await clock.advance(60_000)
    await drive(clock, async () => (await ended()) === before + 1)
  })
})

describe('a context provider that sometimes hangs', () => {
  test('causes no run when it does, and none when it recovers', async ({ home, expect }) => {
    const clock = new FakeClock()
    const providers = join(home.workspace, 'context.d')
    await mkdir(providers)
    const script = '#!/bin/sh\necho fact\n[ ! -e "$MARROW_WORKSPACE/hang" ] || sleep 60\n'
    await writeFile(join(providers, 'slow.sh'), script, { mode: 0o755 })
    await home.write(
      { scout: { agent_command: sh('true'), gate: '"changed"', context_dirs: `['${providers}']` } },
      'context_timeout_seconds = 1',
    )
    const daemon = await home.start({ clock })
    const ticks = async () => (await daemon.handlers.status({})).agents['scout']?.tick_count
    await drive(clock, async () => (await daemon.runs())[0]?.state === 'ended')
    for (const [round, hangs] of [true, false, true].entries()) {
      if (hangs) await writeFile(join(home.workspace, 'hang'), '')
      else await rm(join(home.workspace, 'hang'))
      await clock.advance(1.2 * HOUR) // One slot further each time, whatever the agent's phase is.
      await drive(clock, async () => (await daemon.events('tick.quiet')).length === round + 1)
    }
    expect(await ticks()).toBe(4)
    expect(await daemon.runs()).toHaveLength(1)
  })
})

describe('a pause', () => {
  test('of one agent while its prompt is assembled holds that tick too', async ({ home, expect }) => {
    const providers = join(home.workspace, 'context.d')
    await mkdir(providers)
    const script =
      '#!/bin/sh\ntouch "$MARROW_WORKSPACE/up"\nwhile [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done\n'
    await writeFile(join(providers, 'slow.sh'), script, { mode: 0o755 })
    await home.write({ scout: { agent_command: sh('true'), context_dirs: `['${providers}']` } })
    const daemon = await home.start()
    await eventually('the provider', async () =>
      (await exists(join(home.workspace, 'up'))) ? true : undefined,
    )
    await daemon.handlers.pause({ agent: 'scout', reason: 'lunch' })
    await writeFile(join(home.workspace, 'go'), '')
    await eventually('the hold', async () =>
      (await daemon.events('tick.held')).length > 0 ? true : undefined,
    )
    expect(await daemon.runs()).toEqual([])
    await daemon.handlers.resume({ agent: 'scout' })
    expect((await daemon.ended(1))[0]?.ok).toBe(true)
  })
})
