import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { makeNewcomer } from '../../helpers/newcomer.ts'
import { marrowProgram, test } from '../../helpers/spawned-daemon.ts'
import { openTerminal } from '../../helpers/terminal.ts'

const questions = [
  'Which agent CLI is to work?',
  'Which repository or folder is it to work on?',
  'May it run commands without asking?',
  'How often is it to look whether there is something to do?',
  'How much may it spend a day at most?',
  'Where are you to be reached when something waits for you?',
  'Shall it tick once now, for real?',
]

describe('marrow init on a terminal', () => {
  test('asks, takes Enter for what it found, and shows one real tick with its cost', async ({
    site: { dir },
    expect,
  }) => {
    const me = await makeNewcomer(dir)
    using terminal = openTerminal(dir, me.repository, me.env)
    terminal.line(`'${marrowProgram}' init`)
    for (const question of questions) {
      await terminal.shows(question)
      terminal.press('Enter')
    }
    const shown = await terminal.shows('Next:')
    expect(shown).toContain('opencode 1.18.33, logged in')
    expect(shown).toMatch(/✓ succeeded \(\$0\.0200\)/)
    expect(readFileSync(me.config, 'utf8')).toContain('usd_per_day = 5')
    expect(await me.marrow(['validate'])).toMatchObject({ code: 0, err: '' })
  })

  test('tells what is wrong with an answer, and asks again', async ({ site: { dir }, expect }) => {
    const me = await makeNewcomer(dir)
    using terminal = openTerminal(dir, me.repository, me.env)
    terminal.line(`'${marrowProgram}' init`)
    await terminal.shows('Which agent CLI')
    terminal.press('Enter')
    await terminal.shows('Which repository')
    terminal.line('/no/such/folder')
    await terminal.shows('/no/such/folder does not exist')
    terminal.press('C-u')
    terminal.line(me.repository)
    await terminal.shows('May it run commands')
    terminal.press('C-c')
    await terminal.shows('Nothing was written.')
    expect(me.written()).toEqual([])
  })

  test('left with Ctrl-C at any question it has written nothing', async ({ site: { dir }, expect }) => {
    const me = await makeNewcomer(dir)
    using terminal = openTerminal(dir, me.repository, me.env)
    for (const [index] of questions.entries()) {
      terminal.line(`clear; '${marrowProgram}' init; echo "left with $?"`)
      for (const question of questions.slice(0, index)) {
        await terminal.shows(question)
        terminal.press('Enter')
      }
      await terminal.shows(questions[index] ?? '')
      terminal.press('C-c')
      await terminal.shows('left with 130')
      expect(me.written()).toEqual([])
      terminal.line('clear; printf "\\033[3J"')
      await eventually('an empty screen', () => !terminal.screen().includes('left with') || undefined)
    }
  })
})

describe('marrow init without a terminal', () => {
  test('asks nothing and says what it needs', async ({ site: { dir }, expect }) => {
    const me = await makeNewcomer(dir)
    const { code, out, err } = await me.marrow(['init'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^Cannot ask: there is no terminal\.\nFix: Give --yes .*--cli.*--tick/)
    expect(me.written()).toEqual([])
  })

  test('--yes takes what is usual, and the next repository is added to the same configuration', async ({
    site: { dir },
    expect,
  }) => {
    const me = await makeNewcomer(dir)
    const first = await me.marrow(['init', '--yes', '-o', 'json'])
    expect(first).toMatchObject({ code: 0 })
    expect(JSON.parse(first.out)).toMatchObject({
      config: me.config,
      agents: ['conductor'],
      project: null,
      tick: { ok: true, outcome: 'succeeded', cost_usd: 0.02 },
    })
    const before = readFileSync(me.config, 'utf8')
    const shop = me.addRepository('shop')
    const second = await me.marrow(['init', '--yes', '--tick', 'no', '--every', '2h', '-o', 'json'], shop)
    expect(JSON.parse(second.out)).toMatchObject({ agents: ['conductor@shop'], project: 'shop', tick: null })
    const after = readFileSync(me.config, 'utf8')
    expect(after.startsWith(before.trimEnd())).toBe(true)
    expect(after).toContain('heartbeat_interval = 7200')
    expect(await me.marrow(['validate'])).toMatchObject({ code: 0, err: '' })
    const added = await me.marrow(['task', 'add', 'Count the shelves'], shop)
    expect(added.out).toContain('project shop')
    expect((await me.marrow(['task', 'list', '--project', 'shop'], me.home)).out).toContain(
      'Count the shelves',
    )
    const again = await me.marrow(['init', '--yes'], shop)
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('conductor@shop works on') })
    expect(readFileSync(me.config, 'utf8')).toBe(after)
  })

  test('a folder is added under another name where agents cannot be called so, or are already', async ({
    site: { dir },
    expect,
  }) => {
    const me = await makeNewcomer(dir)
    await me.marrow(['init', '--yes', '--tick', 'no'])
    const own = ['[[agents]]', 'name = "conductor-shop"', 'project = "My Site"', 'agent_command = "true"']
    appendFileSync(me.config, [...own, `workspace = '${join(dir, 'ws')}'`, ''].join('\n'))
    for (const [name, project] of [
      ['how-to-cook', 'how-cook'],
      ['shop', 'shop-2'],
      ['my-site', 'my-site-2'],
    ] as const) {
      const { out } = await me.marrow(['init', '--yes', '--tick', 'no', '-o', 'json'], me.addRepository(name))
      expect(JSON.parse(out)).toMatchObject({ project, agents: [`conductor@${project}`] })
    }
  })

  test('a configuration in the repository keeps its state elsewhere, and is named in what comes next', async ({
    site: { dir },
    expect,
  }) => {
    const me = await makeNewcomer(dir)
    const { out } = await me.marrow(['init', '--yes', '--tick', 'no', '-c', 'marrow.toml'])
    const path = join(me.repository, 'marrow.toml')
    expect(out).toContain(`Next, each with -c ${path}:`)
    expect(readFileSync(path, 'utf8')).toMatch(
      new RegExp(`^state_dir = "${join(me.home, '.local/state/marrow')}/site-[0-9a-f]{6}"$`, 'm'),
    )
    expect(await me.marrow(['validate', '-c', path])).toMatchObject({ code: 0 })
  })

  test('a tick that cannot be made leaves all that was written, and is told as JSON too', async ({
    site: { dir },
    expect,
  }) => {
    const me = await makeNewcomer(dir)
    const state = join(me.home, '.local/state/marrow')
    mkdirSync(state, { recursive: true })
    writeFileSync(join(state, 'PAUSED'), '')
    const { code, out } = await me.marrow(['init', '--yes', '-o', 'json'])
    expect({ code, made: JSON.parse(out) }).toMatchObject({
      code: 1,
      made: {
        agents: ['conductor'],
        warnings: [],
        tick: { ok: false, run: null, outcome: expect.stringContaining('paused') },
      },
    })
    expect(await me.marrow(['validate'])).toMatchObject({ code: 0 })
  })

  test('--full writes a whole team at its usual intervals', async ({ site: { dir }, expect }) => {
    const me = await makeNewcomer(dir)
    const { out } = await me.marrow(['init', '--yes', '--full', '--tick', 'no', '-o', 'json'])
    expect(JSON.parse(out)).toMatchObject({ agents: ['scout', 'conductor', 'refit'] })
    expect(readFileSync(me.config, 'utf8').match(/heartbeat_interval = \d+/g)).toEqual([
      'heartbeat_interval = 300',
      'heartbeat_interval = 7200',
      'heartbeat_interval = 302400',
    ])
    expect(await me.marrow(['validate'])).toMatchObject({ code: 0 })
  })

  test('all wrong flags are told at once, and nothing is written', async ({ site: { dir }, expect }) => {
    const me = await makeNewcomer(dir)
    const bad = [
      '--cli',
      'no-such',
      '--work-dir',
      '/no/such',
      '--every',
      '1s',
      '--limit',
      'much',
      '--notify',
      'moon',
    ]
    const { code, err } = await me.marrow(['init', '--yes', ...bad])
    expect(code).toBe(2)
    for (const flag of [
      '--cli "no-such"',
      '--work-dir "/no/such"',
      '--every "1s"',
      '--limit "much"',
      '--notify "moon"',
    ])
      expect(err).toContain(flag)
    expect(me.written()).toEqual([])
  })

  test('a configuration that is a link to nothing is told as that, and the next try finds nothing of it', async ({
    site: { dir },
    expect,
  }) => {
    const me = await makeNewcomer(dir)
    mkdirSync(dirname(me.config), { recursive: true })
    symlinkSync(join(dir, 'nothing.toml'), me.config)
    const { code, err } = await me.marrow(['init', '--yes'])
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('a file that is not there') })
    rmSync(me.config)
    const workspace = join(me.home, '.local/share/marrow/site')
    expect(existsSync(workspace)).toBe(false)
    mkdirSync(workspace, { recursive: true })
    const { out } = await me.marrow(['init', '--yes', '--tick', 'no', '-o', 'json'])
    expect(JSON.parse(out)).toMatchObject({ workspace })
  })

  test.for([
    ['', 'it is empty'],
    ['home/me', '"home/me" is not absolute'],
  ] as const)('a HOME that says %j is told as that', async ([home, why], { site: { dir }, expect }) => {
    const me = await makeNewcomer(dir)
    const { code, err } = await me.marrow(['init', '--yes'], dir, { HOME: home })
    expect({ code, err }).toEqual({
      code: 2,
      err: `Cannot set up: HOME names no folder, ${why}.\nFix: Set HOME to your home folder, such as /home/me, and start again.\n`,
    })
  })

  test('a configuration with a mistake is not extended', async ({ site: { dir }, expect }) => {
    const me = await makeNewcomer(dir)
    await me.marrow(['init', '--yes', '--tick', 'no'])
    const broken = `${readFileSync(me.config, 'utf8')}\nno_such_key = 1\n`
    const path = join(dir, 'broken.toml')
    writeFileSync(path, broken)
    const { code, err } = await me.marrow(['init', '--yes', '-c', path], me.addRepository('shop'))
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('no_such_key') })
    expect(readFileSync(path, 'utf8')).toBe(broken)
  })
})
