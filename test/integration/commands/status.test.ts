import { eventually } from '../../helpers/eventually.ts'
import { marrowProgram, sh, test as base, type Site } from '../../helpers/spawned-daemon.ts'
import { openTerminal, ownEnvironment, type Terminal } from '../../helpers/terminal.ts'

const test = base.extend<{ terminal: Terminal }>({
  terminal: async ({ dir }, use) => {
    using terminal = openTerminal(dir, dir, ownEnvironment(), { columns: 100 })
    await use(terminal)
  },
})

/** Shows the status and returns its lines, once it is there whole. */
function shown(site: Site, terminal: Terminal, mark: string): Promise<string[]> {
  terminal.line(`clear; printf '\\033[3J'; '${marrowProgram}' status -c '${site.configPath}'; echo ${mark}`)
  return eventually('the table', () => {
    const lines = terminal.screen().split('\n')
    const end = lines.indexOf(mark)
    return end > 0 && lines.includes('LAST EVENTS') ? lines.slice(0, end) : undefined
  })
}

test('on a terminal it is a table, and what holds everything is its first line', async ({
  site,
  terminal,
  expect,
}) => {
  await site.write({
    scout: { agent_command: sh('echo done') },
    'a very long name of an agent': {
      agent_command: sh('echo "a reason that is far too long for a line of this terminal" >&2; exit 3'),
    },
  })
  const daemon = await site.start()
  await eventually('both runs', async () => {
    const { runs } = await daemon.ask('runs', {})
    return runs.length === 2 && runs.every(({ state }) => state === 'ended') ? true : undefined
  })
  const lines = await shown(site, terminal, 'first')
  expect(lines[0]).toMatch(new RegExp(`^marrow \\S+, pid ${daemon.pid}, up \\S+, 0 of 3 runs busy, `))
  expect(lines).toContainEqual(
    expect.stringMatching(/^ +AGENT +DOING +LAST +NEXT +TODAY +TICKS +QUIET +SAVED$/),
  )
  expect(lines).toContainEqual(expect.stringMatching(/^○ {2}scout +idle +succeeded +\S.* +1 +0 +-$/))
  expect(lines).toContainEqual(expect.stringMatching(/^○ {2}a very.* failed: ex.* +1 +0 +-$/))
  await site.marrow('pause', '--reason', 'lunch')
  const paused = await shown(site, terminal, 'second')
  expect(paused[0]).toMatch(/^PAUSED since \d\d:\d\d by operator: lunch\. Lift it with: marrow resume$/)
  expect(paused).toContainEqual(expect.stringMatching(/^‖ {2}scout +paused: lunch /))
})

test('in a pipe, or with --json, it is the JSON of the route', async ({ site, expect }) => {
  await site.write({ scout: { agent_command: sh('echo done') } })
  const daemon = await site.start()
  for (const words of [['status'], ['status', '--json']]) {
    const { code, out, err } = await site.marrow(...words)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      pid: daemon.pid,
      config: site.configPath,
      state_dir: site.stateDir,
      paused: null,
      agents: { scout: { name: 'scout', interval: 3_600 } },
    })
  }
})

test('without a daemon it is 1 and says how to start one', async ({ site, expect }) => {
  await site.write({ scout: { agent_command: sh('echo done') } })
  expect(await site.marrow('status')).toEqual({
    code: 1,
    out: '',
    err: `Cannot ask the daemon: nobody answers on ${site.stateDir}/marrow.sock.\nFix: Start it with: marrow run -c ${site.configPath}\n`,
  })
})
