import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe } from 'vitest'
import { pendingTriggers } from '../../src/heartbeat/store/triggers.ts'
import { eventually } from '../helpers/eventually.ts'
import { FakeClock } from '../helpers/fake-clock.ts'
import { drive, exists, sh, test, type LiveDaemon } from '../helpers/daemon.ts'

describe('a tick', () => {
  test('of an agent never seen before comes at once, and its run is on record', async ({ home, expect }) => {
    await home.write({ scout: { agent_command: sh('echo "did it"') } })
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run).toMatchObject({ agent: 'scout', tick: 'scout#1', outcome: 'succeeded', ok: true })
    const detail = await daemon.handlers.showRun({ id: run?.id ?? '' })
    expect(detail).toMatchObject({ causes: ['schedule'], result: 'did it', lineage: [], adapter: 'generic' })
    expect(detail.layers.map(({ name }) => name)).toContain('Core Rules')
    expect(await readFile(join(home.workspace, 'runtime/logs/exec', `${run?.id}.stdout.log`), 'utf8')).toBe(
      'did it\n',
    )
  })

  test('gives the agent the environment of the design and nothing of ours beyond', async ({
    home,
    expect,
  }) => {
    await home.write({ scout: { agent_command: sh('env > "$MARROW_NOTES/env"') } })
    process.env['BILLING_API_KEY'] = 'secret'
    const daemon = await home.start()
    await daemon.ended(1)
    const text = await readFile(join(home.workspace, 'runtime/notes/scout/env'), 'utf8')
    expect(text).not.toContain('secret')
    const names = text.split('\n').map((line) => line.split('=')[0] ?? '')
    expect(names.filter((name) => name.startsWith('MARROW_')).toSorted()).toEqual(
      ['MARROW_AGENT', 'MARROW_NOTES', 'MARROW_RUN', 'MARROW_WORKSPACE', 'MARROW_WORK_DIR'].toSorted(),
    )
    delete process.env['BILLING_API_KEY']
  })

  test('whose program is missing fails with that reason, and the third failure opens the breaker', async ({
    home,
    expect,
  }) => {
    await home.write({ scout: { agent_command: '"no-such-program-here --now"' } })
    const daemon = await home.start({ scheduled: false })
    for (let round = 0; round < 3; round += 1) {
      const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
      expect(ticks[0]).toMatchObject({ ok: false, outcome: 'not started: not found: no-such-program-here' })
    }
    const { agents } = await daemon.handlers.status({})
    expect(agents['scout']).toMatchObject({ last_error: 'not started: not found: no-such-program-here' })
    expect(agents['scout']?.held_reason).toContain('not found: no-such-program-here')
  })

  test('is not begun while another one of the agent is open; max_concurrent_runs holds back the rest', async ({
    home,
    expect,
  }) => {
    const script = sh(
      'echo start >> "$MARROW_WORKSPACE/log"; while [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done',
    )
    const agents = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, { agent_command: script }]))
    await home.write(agents, 'max_concurrent_runs = 2')
    const daemon = await home.start()
    await eventually('two runs', async () =>
      (await daemon.events('run.started')).length === 2 ? true : undefined,
    )
    await daemon.handlers.wake({ agent: 'a', reason: 'again' })
    const states = async () =>
      Object.values((await daemon.handlers.status({})).agents).map(({ state }) => state)
    await eventually('the others to be held back', async () =>
      (await states()).filter((state) => state === 'waiting').length === 2 ? true : undefined,
    )
    expect(await states()).toEqual(['running', 'running', 'waiting', 'waiting'])
    await writeFile(join(home.workspace, 'go'), '')
    const runs = await daemon.ended(5)
    expect(runs.map(({ agent }) => agent).toSorted()).toEqual(['a', 'a', 'b', 'c', 'd'])
  })
})

describe('a tick that cannot be assembled', () => {
  test('fails with what to do, and its wake does not come again at once', async ({ home, expect }) => {
    await home.write({ scout: { agent_command: sh('true'), role: '"nobody"' } })
    const daemon = await home.start({ scheduled: false })
    await daemon.handlers.wake({ agent: 'scout', reason: 'look' })
    const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
    expect(ticks[0]).toMatchObject({ ok: false, run: null })
    expect(ticks[0]?.outcome).toMatch(/^Cannot load the role nobody: .* Fix: Write /)
    const [pending] = await daemon.core.db.read((tx) => pendingTriggers(tx, 'scout'))
    expect(pending).toMatchObject({ attempts: 1, reason: 'look' })
    expect(pending?.notBefore).toBeDefined()
  })

  test('because its prompt does not fit into the words says which words would do', async ({
    home,
    expect,
  }) => {
    await home.write({ scout: { agent_command: '["true", "{prompt}"]' } })
    const daemon = await home.start({ scheduled: false })
    await daemon.handlers.wake({ agent: 'scout', prompt: 'x'.repeat(131_072) })
    const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
    expect(ticks[0]?.outcome).toMatch(/does not fit into one argument.*\{prompt_file\}/)
  })

  test('delays only the wakes that it was to deliver', async ({ home, dir, expect }) => {
    const providers = join(dir, 'providers')
    await mkdir(providers)
    const script = `#!/bin/sh\ntouch ${dir}/begun; while [ ! -e ${dir}/go ]; do sleep 0.02; done\n`
    await writeFile(join(providers, 'slow.sh'), script, { mode: 0o755 })
    await home.write({
      scout: { agent_command: '["true", "{prompt}"]', context_dirs: `['${providers}']` },
    })
    const daemon = await home.start({ scheduled: false })
    await daemon.handlers.wake({ agent: 'scout', prompt: 'x'.repeat(131_072) })
    const failed = daemon.handlers.runOnce({ agents: ['scout'] })
    await eventually('the assembly', async () => ((await exists(join(dir, 'begun'))) ? true : undefined))
    await daemon.handlers.wake({ agent: 'scout', reason: 'late' })
    await writeFile(join(dir, 'go'), '')
    expect((await failed).ticks[0]).toMatchObject({ ok: false, run: null })
    const pending = await daemon.core.db.read((tx) => pendingTriggers(tx, 'scout'))
    expect(pending.map(({ reason, attempts }) => [reason, attempts])).toEqual([
      ['', 1],
      ['late', 0],
    ])
    expect(pending[1]?.notBefore).toBeUndefined()
  })

  test('because its workspace is missing makes no folder of a typing mistake', async ({
    home,
    dir,
    expect,
  }) => {
    await home.write({ scout: { agent_command: sh('true'), workspace: `'${join(dir, 'wrok')}'` } })
    const daemon = await home.start({ scheduled: false })
    const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
    expect(ticks[0]?.outcome).toContain('wrok does not exist')
    expect(await exists(join(dir, 'wrok'))).toBe(false)
  })
})

describe('a wake', () => {
  test('while the agent is busy is merged with others and delivered by the next tick', async ({
    home,
    expect,
  }) => {
    const script = sh(
      'cp "$0" /dev/null 2>/dev/null; while [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done',
    )
    await home.write({ scout: { agent_command: script } })
    const daemon = await home.start()
    await eventually('a run', async () =>
      (await daemon.events('run.started')).length === 1 ? true : undefined,
    )
    await daemon.handlers.wake({ agent: 'scout', reason: 'first', prompt: 'look at A' })
    await daemon.handlers.wake({ agent: 'scout', reason: 'second', prompt: 'look at B' })
    await writeFile(join(home.workspace, 'go'), '')
    const [, second] = await daemon.ended(2)
    const { text } = await daemon.handlers.readLog({
      id: second?.id ?? '',
      stream: 'prompt',
      offset: 0,
      limit: 1_000_000,
    })
    expect(text).toMatch(/--- \[trigger\] ---\n.*first\nlook at A\n\n.*second\nlook at B/)
    expect((await daemon.handlers.status({})).agents['scout']?.triggers_pending).toBe(0)
  })

  test('of an agent that cools down says when it is delivered, and is not lost', async ({ home, expect }) => {
    await home.write({ scout: { agent_command: '"no-such-program-here"' } })
    const daemon = await home.start({ scheduled: false })
    for (let round = 0; round < 3; round += 1) await daemon.handlers.runOnce({ agents: ['scout'] })
    const { next } = await daemon.handlers.wake({ agent: 'scout' })
    expect(next).toMatch(/^scout is held: it is delivered at 20.*, or after: marrow resume scout$/)
    expect((await daemon.handlers.status({})).agents['scout']?.triggers_pending).toBe(1)
  })

  test('whose run fails is delivered again; one that is not yet due waits over a restart', async ({
    home,
    expect,
  }) => {
    const clock = new FakeClock()
    await home.write({ scout: { agent_command: sh('exit 3') } })
    const first = await home.start({ clock })
    await drive(clock, async () => (await first.runs()).some(({ state }) => state === 'ended'))
    await first.handlers.wake({ agent: 'scout', reason: 'important' })
    await drive(clock, async () => (await first.runs()).filter(({ state }) => state === 'ended').length === 2)
    expect((await first.handlers.status({})).agents['scout']?.triggers_pending).toBe(1)
    first.handOver()
    await first.gone()
    const second = await home.start({ clock })
    await clock.advance(61_000)
    await drive(clock, async () => (await second.runs()).length === 3)
    expect((await second.runs())[2]?.tick).toBe('scout#3')
  })

  test('comes from a new file in a handoff folder and in the queue, and both are in the prompt', async ({
    home,
    expect,
  }) => {
    await home.write({ scout: { agent_command: sh('true'), wake_on: '["handoff", "tasks"]' } })
    const daemon = await home.start()
    await daemon.ended(1)
    const folder = join(home.workspace, 'runtime/handoff/conductor-to-scout')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, '.note.md'), 'please')
    await rename(join(folder, '.note.md'), join(folder, 'note.md'))
    const [, run] = await daemon.ended(2)
    const detail = await daemon.handlers.showRun({ id: run?.id ?? '' })
    expect(detail.causes).toEqual(['handoff'])
    const { path } = await daemon.handlers.addTask({ title: 'Sweep the yard' })
    const [, , third] = await daemon.ended(3)
    const { text } = await daemon.handlers.readLog({
      id: third?.id ?? '',
      stream: 'prompt',
      offset: 0,
      limit: 1_000_000,
    })
    expect(text).toContain(path)
  })
})

function isHidden(daemon: LiveDaemon, pid: number): boolean {
  return daemon.core.processes.commandLine(pid)?.startsWith('sleep 98765') ?? false
}

describe('a run that ended', () => {
  test('leaves no process, not even one that hid from its session, its parent and its environment', async ({
    home,
    expect,
  }) => {
    const hidden = 'env -i setsid sh -c "sleep 98765 & sleep 98765 & wait"'
    const untilSeen = 'while [ ! -e "$MARROW_WORKSPACE/seen" ]; do sleep 0.02; done'
    await home.write({ scout: { agent_command: sh(`${hidden} & ${untilSeen}; kill $!; exit 4`) } })
    const daemon = await home.start()
    await eventually('the daemon to have seen them', async () => {
      const [run] = await daemon.runs()
      const below = [...(daemon.core.life.lineups.get(run?.id ?? '')?.keys() ?? [])]
      return below.filter((pid) => isHidden(daemon, pid)).length === 2 ? true : undefined
    })
    await writeFile(join(home.workspace, 'seen'), '')
    const [ended] = await daemon.ended(1)
    expect(ended?.outcome).toBe('failed: exited with code 4')
    const sleeping = daemon.core.processes.list().filter(({ pid }) => isHidden(daemon, pid))
    expect(sleeping).toEqual([])
  })
})

describe('cancel', () => {
  test('ends the run and its whole tree and does not count for the breaker', async ({ home, expect }) => {
    const script = sh(
      'echo $$ > "$MARROW_WORKSPACE/pid"; setsid sleep 1000 & trap "" TERM; sleep 1000 & wait; wait',
    )
    await home.write({ scout: { agent_command: script } })
    const daemon = await home.start()
    await eventually('the agent', async () =>
      (await exists(join(home.workspace, 'pid'))) ? true : undefined,
    )
    await daemon.handlers.cancel({ target: 'scout' })
    await eventually(
      'its end',
      async () => ((await daemon.runs())[0]?.state === 'ended' ? true : undefined),
      15_000,
    )
    expect((await daemon.runs())[0]?.outcome).toBe('ended by operator')
    const { agents } = await daemon.handlers.status({})
    expect(agents['scout']).toMatchObject({ held_reason: null })
    const left = daemon.core.processes
      .list()
      .filter(({ pid }) => daemon.core.processes.hasEnvironment(pid, `MARROW_WORKSPACE=${home.workspace}`))
    expect(left).toEqual([])
  })
})

describe('a stop', () => {
  test('that cannot record the end of a run leaves it to the next daemon', async ({ home, expect }) => {
    const clock = new FakeClock()
    await home.write({ scout: { agent_command: sh('sleep 600') } })
    const first = await home.start({ clock })
    await drive(clock, async () => (await first.runs())[0]?.state === 'running')
    using store = new DatabaseSync(join(home.stateDir, 'marrow.db'))
    store.exec(`create trigger broken before update of outcome on runs
      begin select raise(abort, 'the disk does not take it'); end`)
    first.stop()
    await first.gone()
    store.exec('drop trigger broken')
    const second = await home.start({ clock, scheduled: false })
    await drive(clock, async () => (await second.runs())[0]?.state === 'ended')
    expect((await second.runs()).map(({ outcome }) => outcome)).toEqual(['ended by stop'])
  })
})
