/**
 * The first hour of somebody who has opencode: `marrow init`, `ask`, `logs` and `open` with the real CLI behind the wall,
 * against a scripted model on loopback.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { test as inSite } from '../helpers/spawned-daemon.ts'
import { findCli } from '../helpers/cli-world.ts'
import { eventually } from '../helpers/eventually.ts'
import { openOpencodeWorld } from '../helpers/opencode.ts'
import { marrowProgram } from '../helpers/spawned-daemon.ts'
import { openTerminal } from '../helpers/terminal.ts'
import { startProgram } from '../helpers/programs.ts'

const binary = findCli('opencode')

inSite.skipIf(binary === undefined)(
  'opencode is set up, asked, read along and opened again, as it is installed',
  async ({ site: { dir }, expect }) => {
    await using world = await openOpencodeWorld(dir)
    const { OPENCODE_CONFIG_CONTENT: settings = '', ...cliEnv } = world.env
    mkdirSync(join(world.home, '.config/opencode'), { recursive: true })
    writeFileSync(
      join(world.home, '.config/opencode/opencode.json'),
      JSON.stringify({ ...JSON.parse(settings), permission: { external_directory: 'allow' } }),
    )
    const env = {
      ...cliEnv,
      PATH: `${dirname(binary ?? '')}:${process.env['PATH'] ?? ''}`,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
    }
    const marrow = async (...words: string[]) => {
      const [program = '', ...rest] = world.enter([marrowProgram, ...words])
      const { stdout } = await promisify(execFile)(program, rest, { env, cwd: world.workDir })
      return stdout
    }

    expect(basename(binary ?? '')).toBe('opencode')
    const made = JSON.parse(await marrow('init', '--yes', '--limit', '$1', '-o', 'json'))
    expect(made).toMatchObject({
      agents: ['conductor'],
      tick: { ok: true, words: 'ok from the scripted model' },
    })
    expect(made.tick.cost_usd).toBeGreaterThan(0)
    // From its first tick it is somebody: the role comes from opencode itself, and stands in no prompt.
    const conductor = 'Whatever is queued or handed to you is yours until it is closed'
    const [first] = world.requests().filter(({ tools }) => tools.length > 0)
    expect(first?.system).toContain(conductor)
    expect(first?.prompt).not.toContain(conductor)
    expect(JSON.parse(await marrow('doctor', '-o', 'json'))).toMatchObject({ ok: true })

    // Without what else stands in the environment of a test, such as folders of its own.
    const only = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const [program = '', ...run] = world.enter(['env', '-i', ...only, marrowProgram, 'run'])
    const daemon = startProgram(program, run)
    await eventually('the daemon to answer', async () => marrow('status').catch(() => undefined), 30_000)
    expect(JSON.parse(await marrow('show', 'conductor', '-o', 'json'))).toMatchObject({
      role: 'l1/conductor',
    })
    expect(await marrow('ask', 'conductor', 'Tell me: [[text The answer is 42.]]')).toBe(
      'The answer is 42.\n',
    )
    const order = 'Do it: [[bash echo hello > made.txt && cat made.txt]] [[text Made it.]]'
    expect(await marrow('ask', 'conductor', order)).toBe('Made it.\n')
    const logs = await marrow('logs', 'conductor', '-o', 'text')
    expect(logs).toMatch(/bash: echo hello > made\.txt && cat made\.txt/)
    expect(logs).toMatch(/hello[^]*Made it\./)
    expect(logs).toMatch(/tokens/)

    using terminal = openTerminal(dir, world.workDir, env)
    terminal.line(world.enter([marrowProgram, 'open', 'conductor']).join(' '))
    await terminal.shows('Made it.')
    terminal.press('C-c')
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
  },
)
