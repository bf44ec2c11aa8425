import { readFileSync } from 'node:fs'
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram } from '../../helpers/programs.ts'
import { marrowProgram, sh, test } from '../../helpers/spawned-daemon.ts'

const quick = { scout: { agent_command: sh('echo done') } }
/** Works until the test says so, or is gone. */
const patient = {
  scout: {
    agent_command: sh(
      'echo begun; while [ -d "$MARROW_WORKSPACE" ] && [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.05; done',
    ),
  },
}

describe('marrow run', () => {
  test('tells a person what happens, one clean line each, and Ctrl-C ends it with 0', async ({
    site,
    expect,
  }) => {
    await site.write(quick)
    const daemon = startProgram(marrowProgram, ['run', '-c', site.configPath])
    await eventually('the end of a run', () => (daemon.err().includes('run succeeded') ? true : undefined))
    daemon.signal('SIGINT')
    expect(await daemon.ended).toBe(0)
    expect(daemon.out()).toBe('')
    const lines = daemon.err().trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(/^\[\d\d:\d\d:\d\d\] \S/)
    expect(lines.map((line) => line.slice(11))).toEqual([
      expect.stringMatching(/^marrow \S+ started as pid \d+$/),
      `works with ${site.configPath}; Ctrl-C stops it, marrow status shows what it does`,
      'scout: tick scout#1 began: schedule',
      expect.stringMatching(/^scout: run started for scout#1, prompt of \d+ KiB$/),
      expect.stringMatching(/^scout: run succeeded after \d+m?s \(about \S+ tokens\)$/),
      'marrow stopped',
    ])
  })

  test('--json-logs gives one record a line, with kind and data of each event', async ({ site, expect }) => {
    await site.write(quick)
    const daemon = await site.start()
    await eventually('the end of a run', () =>
      site.log().some(({ text }) => text.includes('"run.ended"')) ? true : undefined,
    )
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
    const records = site.log().map(({ text }): Record<string, unknown> => JSON.parse(text))
    expect(records.find(({ kind }) => kind === 'run.ended')).toMatchObject({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      agent: 'scout',
      data: { outcome: { kind: 'succeeded' } },
      msg: expect.stringMatching(/^run succeeded after /),
    })
    expect(records.find(({ kind }) => kind === 'daemon.started')).toMatchObject({ data: { pid: daemon.pid } })
  })

  test('--no-ipc works without a door', async ({ site, expect }) => {
    await site.write(quick)
    const daemon = startProgram(marrowProgram, ['run', '--no-ipc', '-c', site.configPath])
    await eventually('the end of a run', () => (daemon.err().includes('run succeeded') ? true : undefined))
    expect(await site.marrow('status')).toMatchObject({
      code: 1,
      err: expect.stringContaining('nobody answers'),
    })
    // Every other command that starts a daemon of its own finds the lock all the same.
    expect(await site.marrow('run-once')).toMatchObject({
      code: 1,
      err: expect.stringContaining(`another marrow (pid ${daemon.pid})`),
    })
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })

  test('a second one is refused with the pid of the first', async ({ site, expect }) => {
    await site.write(quick)
    const daemon = await site.start()
    const second = await site.marrow('run')
    expect(second).toMatchObject({ code: 1, out: '' })
    expect(second.err).toContain(
      `Cannot start: another marrow (pid ${daemon.pid}) works on ${site.stateDir}.`,
    )
    expect(second.err).toContain(`marrow stop -c ${site.configPath}`)
  })

  test('a configuration that is missing or wrong is 2, with every mistake', async ({ site, expect }) => {
    expect(await site.marrow('run')).toMatchObject({ code: 2, err: expect.stringContaining(site.configPath) })
    await writeFile(site.configPath, 'state_dir = 3\n[[agents]]\nnmae = "scout"\n')
    const { code, err } = await site.marrow('run')
    expect(code).toBe(2)
    for (const word of ['state_dir', 'nmae', 'agent_command', 'workspace']) expect(err).toContain(word)
  })
})

describe('marrow stop', () => {
  test('ends the runs, records them and leaves nobody who answers', async ({ site, expect }) => {
    await site.write(patient)
    const daemon = await site.start()
    await eventually('the run', async () =>
      (await daemon.ask('status', {})).runs_open === 1 ? true : undefined,
    )
    const { code, out } = await site.marrow('stop')
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringContaining(`marrow (pid ${daemon.pid}) stops`),
    })
    expect(await daemon.ended).toBe(0)
    expect(site.processes()).toEqual([])
    expect(site.rows('select state, outcome from runs')).toEqual([
      { state: 'ended', outcome: expect.stringContaining('"by":"stop"') },
    ])
    expect((await site.marrow('stop')).err).toContain(`Start it with: marrow run -c ${site.configPath}`)
  })
})

describe('marrow restart', () => {
  test('hands the runs over to the daemon that a service manager starts, and says which', async ({
    site,
    expect,
  }) => {
    await site.write(patient)
    const first = await site.start()
    await eventually('the run', async () =>
      (await first.ask('status', {})).runs_open === 1 ? true : undefined,
    )
    const manager = first.ended.then(() => site.start())
    const { code, out } = await site.marrow('restart')
    const second = await manager
    expect(code).toBe(0)
    expect(out).toBe(
      `✓ marrow (pid ${first.pid}) hands over: its runs go on\n✓ marrow (pid ${second.pid}) works in its place and has taken over 1 run\n`,
    )
    expect(await first.ended).toBe(0)
    await writeFile(join(site.workspace, 'go'), '')
    const [run] = await eventually('its end', async () => {
      const { runs } = await second.ask('runs', { limit: 5 })
      return runs.every(({ state }) => state === 'ended') ? runs : undefined
    })
    expect(run).toMatchObject({ outcome: 'succeeded', tick: 'scout#1' })
  })

  test('that nobody starts again fails after a while and says how', async ({ site, expect }) => {
    await site.write(patient)
    const daemon = await site.start()
    await eventually('the run', async () =>
      (await daemon.ask('status', {})).runs_open === 1 ? true : undefined,
    )
    const { code, out, err } = await site.marrow('restart')
    expect(code).toBe(1)
    expect(out).toContain(`(pid ${daemon.pid}) hands over`)
    expect(err).toContain('nothing new begins')
    expect(err).toContain(`marrow run -c ${site.configPath}`)
    expect(site.rows('select state from runs')).toEqual([{ state: 'running' }])
  })
})

describe('a daemon with another configuration', () => {
  test('is left alone, and both paths are named', async ({ site, expect }) => {
    await site.write(quick)
    await site.start()
    const other = join(site.dir, 'other.toml')
    await copyFile(site.configPath, other)
    const asked = startProgram(marrowProgram, ['pause', '-c', other])
    expect(await asked.ended).toBe(2)
    expect(asked.err()).toBe(
      `Cannot ask the daemon: it runs with ${site.configPath}, this command means ${other}.\nFix: Add: -c ${site.configPath}\n`,
    )
    expect(JSON.parse((await site.marrow('status')).out)).toMatchObject({ paused: null })
  })

  test('goes on working with its last good one while the file is broken, and says so', async ({
    site,
    expect,
  }) => {
    await site.write(quick)
    const daemon = await site.start()
    const good = readFileSync(site.configPath, 'utf8')
    await writeFile(site.configPath, `${good}\nnonsense = 1\n`)
    await eventually('the mistake', async () =>
      (await daemon.ask('status', {})).config_problems.length > 0 ? true : undefined,
    )
    const { code, out } = await site.marrow('status')
    expect(code).toBe(0)
    expect(JSON.parse(out).config_problems[0]).toContain('nonsense')
    await writeFile(site.configPath, 'state_dir = [')
    // Where the daemon listens cannot be read from such a file: the file is the error then.
    expect(await site.marrow('status')).toMatchObject({
      code: 2,
      err: expect.stringContaining('marrow.toml:1'),
    })
    await rm(site.configPath)
    expect(await site.marrow('status')).toMatchObject({ code: 2 })
  })
})
