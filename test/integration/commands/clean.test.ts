/** `marrow clean`: what it lists, what it leaves alone, and what is there after a crash in the middle of it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cleaned, keepTemporary, quick, test } from '../../helpers/clean-world.ts'
import { eventually } from '../../helpers/eventually.ts'
import { sh, type Site } from '../../helpers/spawned-daemon.ts'

keepTemporary()

/** A stopped site whose agent has one real run and `count` more: each has its folder and links; every tenth has failed. */
async function withRuns(site: Site, count: number): Promise<void> {
  await site.write({ scout: quick })
  const daemon = await site.start()
  await eventually('a run', () => (runs(site).length > 0 ? true : undefined))
  daemon.signal('SIGTERM')
  await daemon.ended
  const columns = Object.keys(site.rows('select * from runs limit 1')[0] ?? {})
  const failed = `case when n % 10 = 0 then '{"kind":"failed","exitCode":1}' else outcome end`
  const values: Readonly<Record<string, string>> = {
    id: "'old-' || n",
    ended_at: 'ended_at - n * 3600000',
    outcome: failed,
    unlooked: 'null',
  }
  site.alter(`with recursive count(n) as (select 1 union all select n + 1 from count where n < ${count})
    insert into runs (${columns.join(', ')})
    select ${columns.map((name) => values[name] ?? name).join(', ')} from (select * from runs limit 1), count`)
  for (let n = 1; n <= count; n += 1) {
    mkdirSync(join(site.stateDir, 'runs', `old-${n}`))
    writeFileSync(join(site.stateDir, 'runs', `old-${n}`, 'stdout'), 'x'.repeat(100))
    symlinkSync(join(site.stateDir, 'runs', `old-${n}`, 'stdout'), join(linksOf(site), `old-${n}.stdout.log`))
  }
}

function linksOf({ workspace }: Site): string {
  return join(workspace, 'runtime', 'logs', 'exec')
}

function runs(site: Site): unknown[] {
  return site.rows("select id from runs where state = 'ended' order by id").map(({ id }) => id)
}

function folders(site: Site): string[] {
  return readdirSync(join(site.stateDir, 'runs')).toSorted()
}

/** An agent that was in the configuration once. */
function knowGone(site: Site): void {
  const columns = Object.keys(site.rows('select * from agents')[0] ?? {}).filter((name) => name !== 'name')
  const names = columns.join(', ')
  site.alter(`insert into agents (name, ${names}) select 'gone', ${names} from agents limit 1`)
}

test.for([true, false])(
  'runs are listed before they go, the last 20 and the last 20 failed ones stay (a daemon runs: %s)',
  async (isRunning, { site, expect }) => {
    await withRuns(site, 300)
    if (isRunning) await site.start()
    const before = { runs: runs(site), folders: folders(site) }
    const listed = await site.marrow('clean')
    expect(listed.code).toBe(0)
    // Of 301 the newest 20 stay, one of them failed, and 19 more failed ones behind them.
    expect(listed.out).toMatch(/^ *\d+ KiB {2}262 runs of scout\n/)
    expect(listed.out).toMatch(/Nothing was removed\. To remove it, add: --yes\n$/)
    expect({ runs: runs(site), folders: folders(site) }).toEqual(before)
    const done = await site.marrow('clean', '--yes')
    expect(done.out).toMatch(/✓ removed: \d+ KiB\n$/)
    expect(runs(site)).toHaveLength(39)
    expect(folders(site)).toEqual(runs(site))
    const links = readdirSync(linksOf(site)).filter((name) => name.endsWith('.stdout.log'))
    expect(links.map((name) => basename(name, '.stdout.log')).toSorted()).toEqual(runs(site))
    expect(runs(site)).toContain('old-200')
    expect(runs(site)).not.toContain('old-210')
    expect((await site.marrow('clean')).out).toBe('There is nothing to clean.\n')
  },
)

test('with an age only what ended before it goes', async ({ site, expect }) => {
  await withRuns(site, 100)
  expect(await cleaned(site, '--older', '2d12h', '--yes')).toMatchObject([{ kind: 'runs', count: 36 }])
  expect(runs(site)).toContain('old-59')
  expect(runs(site)).not.toContain('old-61')
})

test('what ended after the list was shown does not go with it', async ({ site, expect }) => {
  await withRuns(site, 25)
  const daemon = await site.start()
  const { as_of, items } = await daemon.ask('clean', { dry: true })
  expect(items).toMatchObject([{ count: 5 }])
  await site.marrow('run-once', 'scout')
  expect((await daemon.ask('clean', { dry: true })).items).toMatchObject([{ count: 6 }])
  expect((await daemon.ask('clean', { dry: false, as_of })).items).toEqual(items)
  expect(runs(site)).toHaveLength(22)
  expect((await daemon.ask('journal', { kind: 'state.cleaned' })).events).toMatchObject([
    { data: { runs: 5 } },
  ])
})

test('no link that an agent planted leads a cleaning astray', async ({ site, dir, expect }) => {
  await withRuns(site, 100)
  const precious = join(dir, 'precious')
  mkdirSync(precious)
  for (const name of ['kept', 'old-50.stdout.log', 'old-50.stderr.log'])
    writeFileSync(join(precious, name), 'kept')
  rmSync(linksOf(site), { recursive: true })
  symlinkSync(precious, linksOf(site))
  rmSync(join(site.stateDir, 'runs', 'old-51'), { recursive: true })
  symlinkSync(precious, join(site.stateDir, 'runs', 'old-51'))
  symlinkSync(precious, join(site.stateDir, 'runs', 'old-52', 'inner'))
  mkdirSync(join(site.stateDir, 'homes'))
  symlinkSync(precious, join(site.stateDir, 'homes', 'gone'))
  knowGone(site)
  await site.marrow('clean', '--yes')
  expect(runs(site)).not.toContain('old-51')
  expect(folders(site)).toEqual(runs(site))
  expect(readdirSync(join(site.stateDir, 'homes'))).toEqual([])
  expect(readdirSync(precious)).toHaveLength(3)
})

test('a run whose handoffs nobody has looked for yet stays until somebody has', async ({ site, expect }) => {
  await withRuns(site, 30)
  site.alter("update runs set unlooked = 1 where id = 'old-29'")
  expect(await cleaned(site, '--yes')).toMatchObject([{ count: 8 }])
  expect(runs(site)).toContain('old-29')
  const daemon = await site.start()
  await site.marrow('run-once', 'scout')
  daemon.signal('SIGTERM')
  await daemon.ended
  await cleaned(site, '--yes')
  expect(runs(site)).not.toContain('old-29')
})

test('what cannot be removed is told of, and keeps nothing else', async ({ site, expect }) => {
  await withRuns(site, 60)
  // A name that no folder can have, so that not even root can remove it.
  const stuck = `old-${'9'.repeat(300)}`
  site.alter(`update runs set id = '${stuck}' where id = 'old-59'`)
  // Deeper than any path may be long.
  const deeper = 'while mkdir "$1" && cd "$1"; do :; done 2> /dev/null; true'
  const folder = join(site.stateDir, 'runs', 'old-58')
  site.defer(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync('sh', ['-c', deeper, 'sh', 'd'.repeat(250)], { cwd: folder })
  const end = await site.marrow('clean', '--yes')
  expect(end).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Cannot remove everything\. Cannot write .*old-9{300}: /),
  })
  expect(end.err).toContain('Fix: The rest is gone.')
  expect(runs(site)).toContain(stuck)
  expect(runs(site)).not.toContain('old-58')
  expect(existsSync(folder)).toBe(false)
  expect(await cleaned(site)).toMatchObject([{ count: 1 }])
})

test('after a kill -9 in the middle the next cleaning does the rest', async ({ site, expect }) => {
  await withRuns(site, 1_500)
  const daemon = await site.start()
  const under = daemon.ask('clean', { dry: false }).catch(() => 'broken off')
  await eventually('the middle of it', () => (runs(site).length < 1_400 ? true : undefined))
  await daemon.kill()
  expect(await under).toBe('broken off')
  const left = runs(site).length
  expect(left).toBeGreaterThan(39)
  // Where a row is, its folder may be gone already; no folder is without its row.
  expect(runs(site)).toEqual(expect.arrayContaining(folders(site)))
  expect(await cleaned(site, '--yes')).toMatchObject([{ count: left - 39 }])
  expect(folders(site)).toEqual(runs(site))
  const next = await site.start()
  expect((await next.ask('runs', { limit: 1_000 })).runs).toHaveLength(39)
})

test('what a daemon without a socket works on is left alone', async ({ site, expect }) => {
  await withRuns(site, 40)
  await site.write({ scout: quick }, { 'ipc.enabled': 'false' })
  const daemon = site.spawn()
  await eventually('its lock', () => (existsSync(join(site.stateDir, 'daemon.json')) ? true : undefined))
  const end = await site.marrow('clean', '--yes')
  expect(end).toMatchObject({
    code: 1,
    err: expect.stringContaining(`Cannot clean: another marrow (pid ${daemon.pid})`),
  })
  expect(runs(site)).toHaveLength(41)
})

test('what gone agents kept and old copies of the store go too', async ({ site, expect }) => {
  await withRuns(site, 1)
  knowGone(site)
  for (const path of ['homes/gone', 'homes/scout', 'homes/alice', 'logins/codex-aaaaaaaa', 'backups'])
    mkdirSync(join(site.stateDir, path), { recursive: true })
  for (const name of ['marrow-20260101-000000-schema-1.db', 'marrow-20260201-000000-schema-1.db', 'mine'])
    writeFileSync(join(site.stateDir, 'backups', name), 'x')
  // Which login is used follows from the environment of the daemon: without it none is taken for unused.
  expect((await cleaned(site, '--yes')).map(({ kind }) => kind)).toEqual(['home', 'backup'])
  expect(readdirSync(join(site.stateDir, 'homes'))).toEqual(['alice', 'scout'])
  expect(readdirSync(join(site.stateDir, 'backups'))).toEqual(['marrow-20260201-000000-schema-1.db', 'mine'])
  expect(readdirSync(join(site.stateDir, 'logins'))).toEqual(['codex-aaaaaaaa'])
})

test('a daemon cleans logins that none of its agents uses', async ({ site, expect }) => {
  await site.write({ scout: quick })
  await site.start()
  await site.marrow('run-once', 'scout') // Behind its first own look at them, which is the last for ten minutes.
  mkdirSync(join(site.stateDir, 'logins', 'codex-aaaaaaaa'), { recursive: true })
  expect(await cleaned(site, '--yes')).toMatchObject([{ kind: 'login', count: 1 }])
  expect(readdirSync(join(site.stateDir, 'logins'))).toEqual([])
})

test('--all removes the whole state, and neither workspace nor configuration', async ({ site, expect }) => {
  await withRuns(site, 30)
  const daemon = await site.start()
  expect(await site.marrow('clean', '--all', '--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining(`Fix: Stop it with: marrow stop -c ${site.configPath}`),
  })
  daemon.signal('SIGTERM')
  await daemon.ended
  const listed = (await site.marrow('clean', '--all')).out
  expect(listed).toContain(site.stateDir)
  expect(listed).toContain(
    'schedules, runs, spending, the journal, what agents keep between runs, shared logins',
  )
  expect(runs(site)).toHaveLength(31)
  for (const name of ['backups', 'homes/scout', 'logins/codex-aaaaaaaa'])
    mkdirSync(join(site.stateDir, name), { recursive: true })
  const shared = ['backups', 'door', 'homes', 'logins', 'runs']
  const mine = ['', ...shared].map((folder) => join(site.stateDir, folder, 'mine'))
  for (const path of mine) writeFileSync(path, 'x')
  const { out } = await site.marrow('clean', '--all', '--yes')
  for (const name of ['mine', ...shared])
    expect(out).toContain(`stays, for marrow did not make it: ${join(site.stateDir, name)}`)
  expect(readdirSync(site.stateDir).toSorted()).toEqual(['mine', ...shared].toSorted())
  for (const name of shared) expect(readdirSync(join(site.stateDir, name))).toEqual(['mine'])
  expect(mine.every((path) => existsSync(path))).toBe(true)
  expect(readdirSync(linksOf(site))).toEqual([])
  for (const path of mine) rmSync(path)
  const next = await site.start()
  next.signal('SIGTERM')
  await next.ended
  // As a kill -9 in the middle of it leaves the rest.
  rmSync(join(site.stateDir, 'marrow.db'))
  mkdirSync(join(site.stateDir, 'homes', 'scout'), { recursive: true })
  await site.marrow('clean', '--all', '--yes')
  expect([site.stateDir, site.workspace, site.configPath].map((path) => existsSync(path))).toEqual([
    false,
    true,
    true,
  ])
})

test('--all is refused while a run may go on without its daemon', async ({ site, expect }) => {
  await site.write({ scout: { agent_command: sh('exec sleep 600') } })
  const daemon = await site.start()
  await eventually('a run', () =>
    site.rows("select id from runs where state = 'running'").length > 0 ? true : undefined,
  )
  await daemon.kill()
  expect(await site.marrow('clean', '--all', '--yes')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Cannot remove the state: 1 run of it may still go on.'),
  })
  expect(existsSync(join(site.stateDir, 'marrow.db'))).toBe(true)
})

test.for([
  [['--older', 'soon'], 'Cannot read --older "soon": it is no duration.'],
  [['--older', '999999999999d'], 'Cannot read --older "999999999999d": nothing is as old as that.'],
  [['--older', '7d', '--all'], '--older and --all contradict each other'],
] as const)('%j is bad usage', async ([words, reason], { site, expect }) => {
  await site.write({ scout: quick })
  expect(await site.marrow('clean', ...words)).toMatchObject({
    code: 2,
    err: expect.stringContaining(reason),
  })
})
