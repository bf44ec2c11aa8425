import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram } from '../../helpers/programs.ts'
import { marrowProgram, sh, test, type Site } from '../../helpers/spawned-daemon.ts'

const good = { agent_command: sh('echo done') }
const bad = { agent_command: sh('exit 3') }

/** Every table of the store, and every file of the workspace with its content and the time of its last change. */
function stateOf(site: Site): unknown {
  const tables = site.rows("select name from sqlite_master where type = 'table' order by name")
  return {
    rows: tables.map(({ name }) => [name, site.rows(`select * from ${String(name)}`)]),
    runs: readdirSync(join(site.stateDir, 'runs')).toSorted(),
    workspace: treeOf(site.workspace),
  }
}

function treeOf(folder: string): unknown[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  return names.map((name) => {
    const path = join(folder, name)
    const stats = statSync(path)
    return [name, stats.mtimeMs, stats.isFile() ? readFileSync(path, 'utf8') : '']
  })
}

async function settled(site: Site, count: number): Promise<void> {
  await eventually('the ended runs', () =>
    // The look at handoff folders behind a run is written down a little later.
    site.rows("select id from runs where state = 'ended' and unlooked is null").length >= count
      ? true
      : undefined,
  )
}

describe('marrow run-once', () => {
  test('without a daemon ticks every agent, and fails when one of them did', async ({ site, expect }) => {
    await site.write({ good, bad })
    const { code, out, err } = await site.marrow('run-once')
    expect(code).toBe(1)
    expect(out).toMatch(
      /^✓ good#1: succeeded, about \S+ tokens \(good-\S+\)\n✗ bad#1: failed: exited with code 3, about \S+ tokens \(bad-\S+\)\n$/,
    )
    expect(err).toMatch(/^\[\d\d:\d\d:\d\d\] bad: run failed: exited with code 3 after /m)
    expect(await site.marrow('run-once', 'good')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^✓ good#2: succeeded/),
    })
    expect(site.rows('select agent from ticks order by id')).toHaveLength(3)
    expect(site.processes()).toEqual([])
  })

  test('leaves the runs of a daemon that was killed to the next one', async ({ site, expect }) => {
    const long = { agent_command: sh('until [ -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done') }
    await site.write({ long }, { stop_grace_seconds: '0' })
    const killed = await site.start()
    const running = "select id from runs where agent = 'long' and state = 'running'"
    await eventually('the run', () => site.rows(running)[0])
    await killed.kill()
    await site.write({ long, good }, { stop_grace_seconds: '0' })
    expect(await site.marrow('run-once', 'good')).toMatchObject({ code: 0 })
    expect(site.rows(running)).toHaveLength(1)
    await writeFile(join(site.workspace, 'go'), '')
    await site.start()
    await settled(site, 2)
    expect(site.rows("select outcome from runs where agent = 'long'")).toEqual([
      { outcome: expect.stringContaining('succeeded') },
    ])
  })

  test('stopped while a run goes on says how long that may take', async ({ site, expect }) => {
    await site.write({ long: { agent_command: sh('sleep 60') } }, { stop_grace_seconds: '1' })
    const program = startProgram(marrowProgram, ['run-once', '-c', site.configPath])
    await eventually('the run', () => program.err().includes('run started') || undefined)
    program.signal('SIGINT')
    expect(await program.ended).toBe(1)
    expect(program.err()).toContain('stopping: runs get 1s to end by themselves')
  })

  test('beside a daemon goes through it', async ({ site, expect }) => {
    await site.write({ good, bad })
    await site.start()
    await settled(site, 2)
    const { code, out, err } = await site.marrow('run-once', 'good', '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({
      ticks: [
        {
          agent: 'good',
          tick: 'good#2',
          run: expect.any(String),
          ok: true,
          outcome: 'succeeded',
          tokens: null,
          about_tokens: expect.any(Number),
          cost_usd: null,
        },
      ],
    })
    expect((await site.marrow('run-once', 'bad')).code).toBe(1)
  })

  test('of an agent that does not exist names those that do', async ({ site, expect }) => {
    await site.write({ good })
    const wanted = { code: 1, out: '', err: expect.stringContaining('unknown agent: godo\nFix: ') }
    expect(await site.marrow('run-once', 'godo')).toMatchObject(wanted)
    await site.start()
    expect(await site.marrow('run-once', 'godo')).toEqual(wanted)
    expect((await site.marrow('dry-run', 'godo')).err).toContain('The agents of this configuration: good.')
  })
})

describe('marrow dry-run', () => {
  test('starts no run and changes no state, with a daemon and without one', async ({ site, expect }) => {
    const providers = join(site.dir, 'context.d')
    await mkdir(providers)
    const script = '#!/bin/sh\necho "dry: ${MARROW_DRY_RUN:-no}"\necho x >> "$MARROW_NOTES/seen"\n'
    await writeFile(join(providers, 'notes.sh'), script, { mode: 0o755 })
    await site.write({ good: { ...good, context_dirs: `['${providers}']` } })
    const daemon = await site.start()
    await settled(site, 1)
    const before = stateOf(site)
    const told = await site.marrow('dry-run')
    expect(told.code).toBe(0)
    expect(told.out).toContain('dry: 1')
    for (const flags of [['--layers'], ['--json'], ['--diff'], ['good', '--raw']]) {
      expect((await site.marrow('dry-run', ...flags)).code).toBe(0)
    }
    expect(stateOf(site)).toEqual(before)
    expect(await daemon.ask('status', {})).toMatchObject({
      runs_open: 0,
      agents: { good: { tick_count: 1 } },
    })
    daemon.signal('SIGTERM')
    await daemon.ended
    const alone = stateOf(site)
    expect((await site.marrow('dry-run')).out.replaceAll(/session=\S+/g, '')).toEqual(
      told.out.replaceAll(/session=\S+/g, ''),
    )
    expect(stateOf(site)).toEqual(alone)
  })

  test('works where no daemon has ever run, and leaves nothing there', async ({ site, expect }) => {
    await site.write({ good })
    const { code, out } = await site.marrow('dry-run')
    expect({ code, first: out.split('\n')[0] }).toEqual({
      code: 0,
      first: '[good] would run: gate is always',
    })
    expect([readdirSync(site.stateDir), readdirSync(site.workspace)]).toEqual([[], []])
  })

  test('--raw is the very prompt that the next run gets', async ({ site, expect }) => {
    await site.write({ good: { agent_command: sh('exit 0') } })
    const raw = await site.marrow('dry-run', 'good', '--raw')
    expect((await site.marrow('run-once')).code).toBe(0)
    const [run] = readdirSync(join(site.stateDir, 'runs'))
    expect(readFileSync(join(site.stateDir, 'runs', run ?? '', 'prompt'), 'utf8')).toBe(raw.out)
    expect((await site.marrow('dry-run', 'good', '--diff')).out).toContain(
      '(the same bytes as the last prompt)',
    )
  })

  test('says once why a tick would be quiet, and what changed since', async ({ site, expect }) => {
    await site.write({ good: { ...good, gate: "'changed'", wake_on: "['tasks']" } })
    expect((await site.marrow('run-once')).code).toBe(0)
    for (const flags of [[], ['--layers'], ['--diff']]) {
      const [first] = (await site.marrow('dry-run', ...flags)).out.split('\n')
      expect(first).toMatch(/^\[good\] quiet: nothing changed since \d\d:\d\d$/)
    }
    expect((await site.marrow('task', 'add', 'Mend it')).code).toBe(0)
    const changed = await site.marrow('dry-run', '--diff')
    expect(changed.out).toMatch(/^\[good\] would run: /)
    expect(changed.out).toMatch(/^\+.*Mend-it\.md$/m)
    const layers = await site.marrow('dry-run', '--layers')
    expect(layers.out).toMatch(/^LAYER +SOURCE +BYTES +TOKENS +SHARE +DIGEST$/m)
    expect(layers.out).toMatch(/^queue +\S+queue\S* +\d+ +~\d+ +\d+% +\w+/m)
  })

  test('shows the words that would be started, with the role as the CLI is given it, and no secret', async ({
    site,
    expect,
  }) => {
    const words = ['opencode', 'run', '--model', 'loop/one', '--api-key', 'a-key-of-mine', '{role}']
    await site.write({ good: { agent_command: JSON.stringify(words), role: "'scout'" } })
    const { out } = await site.marrow('dry-run', '--json')
    const shown: { agents: { words: string[]; layers: object[] }[] } = JSON.parse(out)
    const [view] = shown.agents
    expect(view?.words).toEqual([
      'opencode',
      'run',
      '--format',
      'json',
      '--agent',
      'scout',
      '--model',
      'loop/one',
      '--api-key',
      '<redacted>',
      'scout',
    ])
    expect(view?.layers).toContainEqual(expect.objectContaining({ kind: 'role', native: true }))
    const layers = await site.marrow('dry-run', '--layers')
    expect(layers.out).toMatch(/^Role +\S+ \(given by the agent CLI itself\)/m)
    expect(layers.out).toMatch(/^starts: opencode run --format json --agent scout --model loop\/one/m)
  })

  test('of a paused agent says so, with a daemon and without one', async ({ site, expect }) => {
    await site.write({ good })
    const daemon = await site.start()
    await settled(site, 1)
    await site.marrow('pause', 'good', '--reason', 'lunch')
    const first = async () => (await site.marrow('dry-run')).out.split('\n')[0]
    expect(await first()).toBe('[good] paused: lunch')
    await site.marrow('resume', 'good')
    expect(await first()).toBe('[good] would run: gate is always')
    daemon.signal('SIGTERM')
    await daemon.ended
    await writeFile(join(site.stateDir, 'PAUSED'), '')
    expect(await first()).toMatch(/^\[good\] paused: the file .*PAUSED is there$/)
  })
})
