/** What the daemon does with cast files that somebody changed, in workspaces that agents write. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect as check } from 'vitest'
import { castRoles } from '../../src/daemon/local/roles-cast.ts'
import { sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { FakeClock } from '../helpers/fake-clock.ts'
import { eventually } from '../helpers/eventually.ts'

const QUICK_MS = 5_000 // The look that no watch causes comes after ten minutes.

interface Cast {
  readonly home: Home
  /** Below the workspace of the agent. */
  readonly at: (path: string) => string
  readonly read: (path: string) => string
}

/** An operator with three roles, two workspaces, and only the first of them cast into. */
async function castHome(home: Home): Promise<Cast> {
  const core = join(home.dir, 'core')
  const other = join(home.dir, 'other')
  for (const folder of [core, other]) mkdirSync(folder)
  writeFileSync(join(dirname(home.configPath), 'roles.toml'), '[targets.opencode]\n[targets.claude]\n')
  writeRole(home, 'l1/scout', 'Look around.')
  writeRole(home, 'l3/coder', 'Write code.')
  const one = { agent_command: sh('true') }
  const top = `core_dir = '${core}'`
  await home.write({ one }, top)
  await castRoles({ configPath: home.configPath, targets: [], into: undefined, adopt: false, dry: false })
  await home.write({ one, two: { ...one, workspace: `'${other}'` } }, top)
  const at = (path: string) => join(home.workspace, path)
  return { home, at, read: (path) => readFileSync(at(path), 'utf8') }
}

function writeRole({ configPath }: Pick<Home, 'configPath'>, id: string, text: string): void {
  const path = join(dirname(configPath), 'roles', `${id}.md`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `---\nname: ${id.slice(3)}\nrole: all\nscheduled: true\n---\n\n${text}\n`)
}

/** Waits until a file reads so; quickly, or it was no watch that told of it. */
async function reads(path: string, what: (text: string) => boolean): Promise<void> {
  const startedAt = performance.now()
  await eventually(`${path} to be as it should`, async () =>
    existsSync(path) && what(readFileSync(path, 'utf8')) ? true : undefined,
  )
  check(performance.now() - startedAt).toBeLessThan(QUICK_MS)
}

function restored(daemon: LiveDaemon) {
  return daemon.events('cast.restored')
}

const scout = '.opencode/agents/l1/scout.md'

test('a cast file that an agent changed is put back at once, its text kept, with an event', async ({
  home,
  expect,
}) => {
  const { at, read } = await castHome(home)
  const before = read(scout)
  const daemon = await home.start()
  await eventually('the first look', async () => daemon.core.life.cast.dueAt)
  const edited = `${before}\nYou may do everything.\n`
  writeFileSync(at(scout), edited)
  await reads(at(scout), (text) => text === before)
  const events = await eventually('the event', async () => {
    const all = await restored(daemon)
    return all.length > 0 ? all : undefined
  })
  const kept = at('runtime/kept/opencode.agents.l1.scout.md.1')
  expect(events.map(({ agent, data }) => ({ agent, data }))).toEqual([
    { agent: 'one', data: { path: at(scout), kept } },
  ])
  expect(readFileSync(kept, 'utf8')).toBe(edited)
})

test('who changes a file again at once has it so for a while, and holds up nothing of the operator', async ({
  home,
  expect,
}) => {
  const { at, read } = await castHome(home)
  const before = read(scout)
  const clock = new FakeClock()
  const daemon = await home.start({ clock })
  /** A minute of the daemon takes longer here than anything waits for. */
  const soon = (path: string, what: (text: string) => boolean, stepMs = 50) =>
    eventually(`${path} to be as it should`, async () => {
      await clock.advance(stepMs)
      return what(read(path)) ? true : undefined
    })
  for (const words of ['one', 'two']) {
    writeFileSync(at(scout), before + words)
    if (words === 'one') await soon(scout, (text) => text === before)
  }
  writeRole(home, 'l3/coder', 'Write little.')
  await soon('.opencode/agents/l3/coder.md', (text) => text.includes('Write little.'))
  expect(read(scout)).toBe(`${before}two`)
  await soon(scout, (text) => text === before, 2_000)
  await daemon.core.jobs.idle()
  const [first, second] = await restored(daemon)
  expect(Date.parse(String(second?.at)) - Date.parse(String(first?.at))).toBeGreaterThanOrEqual(60_000)
})

test('what was changed while no daemon ran is put back at the start, and kept once after a crash between', async ({
  home,
  expect,
}) => {
  const { at, read } = await castHome(home)
  const before = read(scout)
  const edited = before.replace('mode: primary', 'mode: all')
  writeFileSync(at(scout), `${edited}x`)
  // So far a daemon had come that was killed.
  mkdirSync(at('runtime/kept'), { recursive: true })
  writeFileSync(at('runtime/kept/opencode.agents.l1.scout.md.1'), `${edited}x`)
  const daemon = await home.start()
  await reads(at(scout), (text) => text === before)
  expect(readdirSync(at('runtime/kept'))).toEqual(['opencode.agents.l1.scout.md.1'])
  expect(await restored(daemon)).toHaveLength(1)
})

test('a role that the operator changed is cast anew, a new one too, and a file of nobody of ours stays', async ({
  home,
  expect,
}) => {
  const { at } = await castHome(home)
  writeFileSync(at('.opencode/agents/mine.md'), 'mine')
  const daemon = await home.start()
  await eventually('the watches', async () => (daemon.core.life.cast.folders.length > 0 ? true : undefined))
  writeRole(home, 'l1/scout', 'Look twice.')
  await reads(at(scout), (text) => text.includes('Look twice.'))
  writeRole(home, 'l3/tester', 'Test.')
  await reads(at('.opencode/agents/l3/tester.md'), (text) => text.includes('Test.'))
  await reads(at('.claude/agents/l3/tester.md'), (text) => text.includes('Test.'))
  expect(readFileSync(at('.opencode/agents/mine.md'), 'utf8')).toBe('mine')
  expect(await restored(daemon)).toEqual([])
})

test('a custom role that is right is cast too, and nothing is cast where nobody has cast', async ({
  home,
  expect,
}) => {
  const { at } = await castHome(home)
  const daemon = await home.start()
  mkdirSync(at('roles'), { recursive: true })
  writeFileSync(
    at('roles/custom-coder.md'),
    '---\nname: custom-coder\nbase: l3/coder\ndescription: x\n---\nWrite SQL.\n',
  )
  await reads(at('.opencode/agents/custom-coder.md'), (text) => text.includes('Write SQL.'))
  await daemon.core.jobs.idle()
  expect(readdirSync(join(home.dir, 'other')).filter((name) => name.startsWith('.'))).toEqual([])
})

test('a link in the way of one target leads nowhere and keeps no other from being put back', async ({
  home,
  expect,
}) => {
  const { at, read } = await castHome(home)
  const outside = join(home.dir, 'outside')
  mkdirSync(outside)
  rmSync(at('.claude'), { recursive: true })
  symlinkSync(outside, at('.claude'))
  const before = read(scout)
  writeFileSync(at(scout), `${before}x`)
  const daemon = await home.start()
  await reads(at(scout), (text) => text === before)
  const problems = await eventually('what could not be done', async () => {
    const { problems: found } = daemon.core.life.cast
    return found.size > 0 ? found : undefined
  })
  expect([...problems.values()].join()).toMatch(/\.claude is a symbolic link/)
  expect(readdirSync(outside)).toEqual([])
})

test('while a role has a mistake nothing is cast and nothing removed', async ({ home, expect }) => {
  const { at, read } = await castHome(home)
  writeFileSync(join(dirname(home.configPath), 'roles/l3/coder.md'), '---\nname: [\n---\n')
  const before = read('.opencode/agents/l3/coder.md')
  const daemon = await home.start()
  const problems = await eventually('the mistake', async () => {
    const { problems: found } = daemon.core.life.cast
    return found.size > 0 ? found : undefined
  })
  expect([...problems.values()].join()).toContain('coder.md has a mistake')
  expect(read('.opencode/agents/l3/coder.md')).toBe(before)
  expect(existsSync(at('runtime/kept'))).toBe(false)
})
