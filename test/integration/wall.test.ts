/** The wall as a daemon puts it up: what is held without it, what is kept behind it, and what is said of it. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'

const required = 'isolation.mode = "required"'
const preferred = 'isolation.mode = "preferred"'

/** What the only run of an agent printed. */
async function printedBy(home: Home, daemon: LiveDaemon, agent = 'scout'): Promise<string> {
  const { ticks } = await daemon.handlers.runOnce({ agents: [agent] })
  const [tick] = ticks
  if (tick?.run === null || tick === undefined) throw new Error(`It did not run: ${tick?.outcome}`)
  const folder = join(home.stateDir, 'runs', tick.run)
  if (!tick.ok) throw new Error(`${tick.outcome}: ${readFileSync(join(folder, 'stderr'), 'utf8')}`)
  return readFileSync(join(folder, 'stdout'), 'utf8')
}

/** A PATH on which everything is found but bubblewrap. */
function pathWithoutWall(dir: string): string {
  const bin = join(dir, 'bin')
  mkdirSync(bin)
  for (const name of readdirSync('/usr/bin')) {
    if (name !== 'bwrap') symlinkSync(join('/usr/bin', name), join(bin, name))
  }
  return bin
}

describe('an agent whose isolation is required', () => {
  test('is behind a wall, and its run is on record with it', async ({ home, expect }) => {
    await home.write(
      { scout: { agent_command: sh('cat /proc/1/comm; ls -A "$HOME"; ls -A /tmp | wc -l') } },
      required,
    )
    const daemon = await home.start({ scheduled: false })
    expect((await printedBy(home, daemon)).split('\n')[0]).toBe('bwrap')
    const { agents } = await daemon.handlers.status({})
    expect(agents['scout']).toMatchObject({ isolated_by: 'bubblewrap', not_isolated: [] })
    const [run] = await daemon.runs()
    expect(await daemon.handlers.showRun({ id: run?.id ?? '' })).toMatchObject({ isolated_by: 'bubblewrap' })
    expect(await daemon.events('wall.tested')).toMatchObject([{ data: { by: 'bubblewrap' } }])
  })

  test('is not started without a wall: neither by its slot nor when it is asked for', async ({
    home,
    dir,
    expect,
  }) => {
    await home.write({ scout: { agent_command: sh('echo ran > "$MARROW_WORKSPACE/ran"') } }, required)
    const daemon = await home.start({ env: { ...process.env, PATH: pathWithoutWall(dir) } })
    const { ticks } = await daemon.handlers.runOnce({ agents: ['scout'] })
    expect(ticks[0]).toMatchObject({ ok: false, run: null })
    expect(ticks[0]?.outcome).toContain('bubblewrap is not installed (isolation is required)')
    const { agents } = await daemon.handlers.status({})
    expect(agents['scout']).toMatchObject({
      state: 'held',
      isolated_by: null,
      next_tick_at: expect.any(Number),
    })
    expect(agents['scout']?.doing).toContain('Install it')
    expect(existsSync(join(home.workspace, 'ran'))).toBe(false)
    expect(await daemon.runs()).toEqual([])
  })

  test('is due as soon as there is one', async ({ home, dir, expect }) => {
    const bin = pathWithoutWall(dir)
    await home.write({ scout: { agent_command: sh('true') } }, required)
    const daemon = await home.start({ env: { ...process.env, PATH: bin } })
    await eventually('the verdict', async () =>
      (await daemon.events('wall.tested')).length > 0 ? true : undefined,
    )
    symlinkSync(execFileSync('which', ['bwrap'], { encoding: 'utf8' }).trim(), join(bin, 'bwrap'))
    daemon.reload()
    const [run] = await daemon.ended(1)
    expect(run).toMatchObject({ agent: 'scout', ok: true })
  })
})

describe('an agent that is isolated where that is possible', () => {
  test('runs without a wall where there is none, and that is said', async ({ home, dir, expect }) => {
    await home.write({ scout: { agent_command: sh('cat /proc/1/comm') } }, preferred)
    const daemon = await home.start({ scheduled: false, env: { ...process.env, PATH: pathWithoutWall(dir) } })
    expect(await printedBy(home, daemon)).not.toContain('bwrap')
    const { agents } = await daemon.handlers.status({})
    expect(agents['scout']).toMatchObject({
      isolated_by: null,
      not_isolated: ['bubblewrap is not installed'],
    })
  })

  test('is not started without one when its command asks for no permission, unless the file says so', async ({
    home,
    dir,
    expect,
  }) => {
    const claude = join(dir, 'claude')
    writeFileSync(claude, '#!/bin/sh\necho "{}"\n', { mode: 0o755 })
    const command = JSON.stringify([claude, '-p', '--permission-mode', 'bypassPermissions'])
    await home.write(
      {
        scout: { agent_command: command },
        builder: { agent_command: command, 'isolation.bypass_without_isolation': 'true' },
      },
      preferred,
    )
    const daemon = await home.start({ scheduled: false, env: { ...process.env, PATH: pathWithoutWall(dir) } })
    const { ticks } = await daemon.handlers.runOnce({ agents: ['scout', 'builder'] })
    const [scout, builder] = ['scout', 'builder'].map((name) => ticks.find(({ agent }) => agent === name))
    expect(scout?.run).toBeNull()
    expect(scout?.outcome).toMatch(/bypassPermissions lets it work without asking/)
    expect(builder?.run).not.toBeNull()
  })
})

test('an agent whose isolation is switched off says so', async ({ home, expect }) => {
  await home.write({ scout: { agent_command: sh('true') } }, 'isolation.mode = "off"')
  const daemon = await home.start({ scheduled: false })
  const scout = await eventually('the agent', async () => (await daemon.handlers.status({})).agents['scout'])
  expect(scout.not_isolated).toEqual(['isolation is switched off for it'])
})

test('of all that marrow remembers a run sees its door and what is its own', async ({ home, expect }) => {
  const script = 'ls -A "$1" "$1/door" "$1/runs"/*; cat "$1/marrow.db" | wc -c'
  await home.write(
    { scout: { agent_command: JSON.stringify(['sh', '-c', script, 'agent', home.stateDir]) } },
    required,
  )
  const daemon = await home.start({ scheduled: false, ipc: true })
  const printed = await printedBy(home, daemon)
  const [run] = await daemon.runs()
  const own = `${home.stateDir}/runs/${run?.id}`
  expect(printed.split('\n').filter((line) => line !== '')).toEqual([
    `${home.stateDir}:`,
    'door',
    'runs',
    `${home.stateDir}/door:`,
    'agent.sock',
    `${own}:`,
    'token',
    '0',
  ])
})

test("a context provider is behind the agent's wall as well", async ({ home, expect }) => {
  const folder = join(home.workspace, 'context.d')
  mkdirSync(folder)
  writeFileSync(join(folder, 'look'), `#!/bin/sh\ncat /proc/1/comm; ls -A "${home.stateDir}" | wc -l\n`)
  chmodSync(join(folder, 'look'), 0o755)
  await home.write({ scout: { agent_command: sh('cat'), context_dirs: `'${folder}'` } }, required)
  const daemon = await home.start({ scheduled: false })
  await printedBy(home, daemon)
  const [run] = await daemon.runs()
  expect(readFileSync(join(home.stateDir, 'runs', run?.id ?? '', 'prompt'), 'utf8')).toMatch(/bwrap\n0\n/)
})

test('what a run changed in its repository is seen from behind the wall too', async ({
  home,
  dir,
  expect,
}) => {
  const work = join(dir, 'work')
  mkdirSync(work)
  execFileSync('git', ['init', '-q', work])
  const commit = 'git -c user.name=t -c user.email=t@t commit -q --allow-empty -m one'
  await home.write({ scout: { agent_command: sh(commit), work_dir: `'${work}'` } }, required)
  const daemon = await home.start({ scheduled: false })
  for (let round = 0; round < 2; round += 1) await daemon.handlers.runOnce({ agents: ['scout'] })
  const [, second] = await daemon.runs()
  const { git } = await daemon.handlers.showRun({ id: second?.id ?? '' })
  expect(git).toMatchObject({ changed: true, before: expect.stringMatching(/^[0-9a-f]{40}$/) })
})

test('an agent takes the user of its table', async ({ home, dir, expect }) => {
  for (const folder of [dir, dirname(dir)]) chmodSync(folder, 0o711)
  execFileSync('chown', ['-R', 'nobody', home.workspace])
  await home.write(
    { scout: { agent_command: sh('id -un; echo $HOME $USER'), 'isolation.user': `'nobody'` } },
    required,
  )
  const daemon = await home.start({ scheduled: false })
  expect((await printedBy(home, daemon)).split('\n').slice(0, 2)).toEqual(['nobody', '/nonexistent nobody'])
  // What it is sent lies in a folder of root's, and is its own all the same.
  await home.write(
    { scout: { agent_command: '["cat", "{prompt_file}"]', 'isolation.user': `'nobody'` } },
    required,
  )
  daemon.reload()
  await eventually('the new file', async () =>
    (await daemon.events('config.loaded')).length > 0 ? true : undefined,
  )
  expect(await printedBy(home, daemon)).toContain('[Core Rules]')
})

test('a program that the wall hides is named as the reason, and so is one that is nowhere', async ({
  home,
  dir,
  expect,
}) => {
  const inner = join(dir, 'inner')
  writeFileSync(inner, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  const tool = join(home.workspace, 'tool')
  writeFileSync(tool, `#!${inner}\n`, { mode: 0o755 }) // What it is interpreted by is not in its words.
  await home.write(
    { scout: { agent_command: `'${tool}'` }, lost: { agent_command: '"no-such-program"' } },
    required,
  )
  const daemon = await home.start({ scheduled: false })
  const { ticks } = await daemon.handlers.runOnce({ agents: ['scout', 'lost'] })
  const outcome = (agent: string) => ticks.find((tick) => tick.agent === agent)?.outcome
  expect(outcome('lost')).toBe('not started: not found: no-such-program')
  expect(outcome('scout')).toBe(
    `failed: not found behind the wall: ${tool} (marrow isolation show lists what is seen there)`,
  )
})
