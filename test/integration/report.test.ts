import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reportLocally } from '../../src/daemon/local/report.ts'
import { drive, sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { FakeClock } from '../helpers/fake-clock.ts'

const hour = 3_600_000
const commit = 'git -c user.name=a -c user.email=a@example.org commit -q --allow-empty'

function repository(home: Home): string {
  const dir = join(home.dir, 'site')
  mkdirSync(dir)
  execFileSync('git', ['init', '-q', dir])
  writeFileSync(join(dir, 'page'), 'one\n')
  execFileSync('git', ['-C', dir, 'add', '.'])
  execFileSync('git', ['-C', dir, 'commit', '-q', '-m', 'first'])
  return dir
}

function queue(home: Home, file: string, text: string): void {
  for (const folder of ['queue', 'done'])
    mkdirSync(join(home.workspace, 'tasks', folder), { recursive: true })
  writeFileSync(join(home.workspace, 'tasks', 'queue', file), text)
}

const report = (daemon: LiveDaemon, since = 'last') => daemon.handlers.report({ since })

test('what runs committed, changed and finished is told with the run, and shown with it', async ({
  home,
  expect,
}) => {
  const site = repository(home)
  queue(home, 'roof.md', '# Mend the roof\n')
  const script = `cd ${site}; echo two >> page; ${commit} -am 'Say two'; echo new > draft; mv ${home.workspace}/tasks/queue/* ${home.workspace}/tasks/done/`
  await home.write({ scout: { agent_command: sh(script), work_dir: `'${site}'` } })
  const daemon = await home.start()
  const [run] = await daemon.ended(1)
  const told = await report(daemon)
  expect(told.verdict).toEqual({ well: true, line: 'All well: 1 run, 1 task finished, 1 commit.' })
  expect(told.tasks).toMatchObject([
    { agent: 'scout', run: run?.id, file: 'roof.md', title: 'Mend the roof' },
  ])
  const changes = {
    commits: [{ subject: 'Say two' }],
    more_commits: 0,
    rewritten: false,
    diff: { files: 2, insertions: 2, deletions: 0 },
    dirty_before: false,
  }
  expect(told.changes).toMatchObject([{ run: run?.id, agent: 'scout', work_dir: site, changes }])
  expect((await daemon.handlers.showRun({ id: 'scout' })).changes).toMatchObject(changes)
})

test('what an earlier run left changed is not told as the work of the next one', async ({ home, expect }) => {
  const site = repository(home)
  const script = `cd ${site}; if [ -e draft ]; then echo more > other; else printf 'a\\nb\\n' > draft; fi`
  await home.write({ scout: { agent_command: sh(script), work_dir: `'${site}'` } })
  const daemon = await home.start({ scheduled: false })
  for (let run = 1; run <= 2; run += 1) await daemon.handlers.runOnce({ agents: ['scout'] })
  expect((await report(daemon)).changes.map(({ changes }) => [changes.diff, changes.dirty_before])).toEqual([
    [{ files: 1, insertions: 2, deletions: 0 }, false],
    [{ files: 1, insertions: 1, deletions: 0 }, true],
  ])
})

test('a run that changes nothing, or works outside of a repository, has no changes', async ({
  home,
  expect,
}) => {
  const site = repository(home)
  await home.write({
    scout: { agent_command: sh('true'), work_dir: `'${site}'` },
    refit: { agent_command: sh(`echo x > ${home.workspace}/note`) },
  })
  const daemon = await home.start()
  await daemon.ended(2)
  const { changes, changed_runs } = await report(daemon)
  expect([changes, changed_runs]).toEqual([[], 0])
  expect((await daemon.handlers.showRun({ id: 'scout' })).changes).toBeNull()
})

test('a finished task is told once, though later runs find it there, and again when it was queued again', async ({
  home,
  expect,
}) => {
  queue(home, 'roof.md', '# Mend the roof\n')
  const done = join(home.workspace, 'tasks', 'done', 'roof.md')
  const queued = join(home.workspace, 'tasks', 'queue', 'roof.md')
  const script = `mv ${queued} ${done} 2>/dev/null; echo note >> ${done}; touch ${home.workspace}/tasks/done/log-$MARROW_RUN.md`
  await home.write({ scout: { agent_command: sh(script) } })
  const daemon = await home.start({ scheduled: false })
  const once = () => daemon.handlers.runOnce({ agents: ['scout'] })
  const told = async () =>
    (await daemon.events('task.finished')).filter(({ data }) => data['file'] === 'roof.md').length
  await once()
  await once()
  expect(await told()).toBe(1)
  renameSync(done, queued)
  writeFileSync(join(home.workspace, 'tasks', 'done', 'other.md'), '')
  await home.write({ scout: { agent_command: sh(`touch ${home.workspace}/tasks/done/x.md`) } })
  daemon.reload()
  await eventually('the new command', async () =>
    (await daemon.events('config.loaded')).length > 0 ? true : undefined,
  )
  await once()
  expect(await told()).toBe(1)
  renameSync(queued, done)
  await once()
  expect(await told()).toBe(2)
})

test('nothing that a repository names is executed when a run is settled', async ({ home, expect }) => {
  const site = repository(home)
  const trace = join(home.dir, 'trace')
  const program = join(home.dir, 'program')
  writeFileSync(program, `#!/bin/sh\necho "$*" >> ${trace}\ncat\n`, { mode: 0o755 })
  const keys = ['diff.external', 'diff.x.textconv', 'diff.x.command', 'filter.x.clean', 'core.fsmonitor']
  const plant = keys.map((key) => `git config ${key} ${program}`).join('; ')
  // Last of all, so that the run's own git does not execute it.
  const script = `cd ${site}; ${commit} -m second; echo '* diff=x filter=x' > .gitattributes; echo two > page; ${plant}`
  await home.write({ scout: { agent_command: sh(script), work_dir: `'${site}'` } })
  const daemon = await home.start()
  await daemon.ended(1)
  expect((await report(daemon)).changes).toMatchObject([
    { changes: { commits: [{ subject: 'second' }], diff: { files: 2, insertions: 2, deletions: 1 } } },
  ])
  expect(existsSync(trace)).toBe(false)
})

test('a report tells from the last one on, compares with the day before, and is not empty at a second look', async ({
  home,
  expect,
}) => {
  const clock = new FakeClock()
  await home.write({ scout: { agent_command: sh('true'), heartbeat_interval: '21600' } })
  const daemon = await home.start({ clock })
  const runs = async (count: number) => {
    await drive(
      clock,
      async () => (await daemon.runs()).filter(({ state }) => state === 'ended').length >= count,
    )
    await clock.advance(1) // What happens at the very moment of a report is told by the next one.
  }
  await runs(1)
  const first = await report(daemon)
  expect(first).toMatchObject({ agents: [{ runs: 1, day_before: null }] })
  expect(Date.parse(first.to) - Date.parse(first.from)).toBe(24 * hour)
  await clock.advance(60_000)
  expect((await report(daemon)).from).toBe(first.from)
  await clock.advance(6 * hour)
  await runs(2)
  const next = await report(daemon)
  expect(next).toMatchObject({ from: first.to, agents: [{ runs: 1 }] })
  await clock.advance(20 * hour)
  await runs(3)
  await clock.advance(10 * hour)
  await runs(4)
  expect(await report(daemon, '6h')).toMatchObject({ agents: [{ day_before: { runs: 0 } }] })
  expect((await report(daemon)).from).toBe(next.to)
})

test('a report that an agent CLI asks for takes nothing out of the operator’s next one', async ({
  home,
  expect,
}) => {
  const clock = new FakeClock()
  await home.write({ scout: { agent_command: sh('true'), heartbeat_interval: '302400' } })
  const daemon = await home.start({ clock })
  const first = await report(daemon)
  await clock.advance(6 * hour)
  const params = { name: 'report', arguments: {} }
  const { answer } = await daemon.handlers.mcp({
    message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
  })
  expect(answer).toMatchObject({ result: { structuredContent: { from: first.to } } })
  await clock.advance(hour)
  expect((await report(daemon)).from).toBe(first.to)
})

test('what waits for the operator is told, with the command that resolves it', async ({ home, expect }) => {
  await home.write({ scout: { agent_command: sh('true') } })
  const daemon = await home.start()
  await daemon.ended(1)
  const left = join(home.workspace, 'runtime', 'handoff', 'scout-to-human')
  mkdirSync(left, { recursive: true })
  writeFileSync(join(left, 'q.md'), '# Which \u001b[31mcolour?\n')
  await daemon.handlers.pause({ agent: 'scout', reason: 'lunch' })
  appendFileSync(home.configPath, `\nmax_quiet = 'hush-hush-hush'\n`)
  daemon.reload()
  await eventually('the refusal', async () =>
    (await daemon.events('config.rejected')).length > 0 ? true : undefined,
  )
  const { needs, verdict } = await report(daemon)
  expect(verdict).toEqual({ well: false, line: '3 things need you. 1 run.' })
  expect(needs).toMatchObject([
    { kind: 'configuration', fix: `marrow validate -c ${home.configPath}` },
    { kind: 'paused', agent: 'scout', what: 'scout is paused: lunch', fix: 'marrow resume scout' },
    {
      kind: 'handoff',
      what: 'scout left something for you: Which colour?',
      fix: `read and remove ${join(left, 'q.md')}`,
    },
  ])
  expect(JSON.stringify(needs)).not.toContain('hush')
})

test('a limit that holds agents back is told until it is raised', async ({ home, expect }) => {
  const clock = new FakeClock()
  const top = '[limits]\nruns_per_day = 1'
  const agents = { scout: { agent_command: sh('true'), heartbeat_interval: '3600' } }
  await home.write(agents, top)
  const daemon = await home.start({ clock })
  await drive(clock, async () => {
    await clock.advance(60_000)
    return (await daemon.events('limit.reached')).length > 0
  })
  await clock.advance(1)
  const limits = async () => (await report(daemon)).needs.filter(({ kind }) => kind === 'limit')
  expect(await limits()).toMatchObject([
    { agent: null, what: expect.stringMatching(/^everyone is held until .*: limit, 1 of 1 runs a day$/) },
  ])
  expect((await report(daemon)).agents).toMatchObject([{ runs: 1, held: expect.any(Number) }])
  await home.write(agents, '[limits]\nruns_per_day = 2')
  daemon.reload()
  await drive(clock, async () => (await daemon.events('config.loaded')).length > 0)
  expect(await limits()).toEqual([])
})

test('without a daemon the report tells what the last one left, and that none runs', async ({
  home,
  expect,
}) => {
  const asked = { configPath: home.configPath, stateDir: home.stateDir, since: 'last' }
  await home.write({ scout: { agent_command: sh('exit 3') } })
  const never = await reportLocally(asked)
  expect(never.verdict.line).toBe(
    'No run was started: no daemon has ever run here. No daemon runs: 1 thing needs you.',
  )
  const daemon = await home.start()
  await daemon.ended(1)
  daemon.stop()
  await daemon.gone()
  const { verdict, needs, agents, by_itself } = await reportLocally(asked)
  expect(verdict).toEqual({ well: false, line: 'No daemon runs: 1 thing needs you. 1 run, none succeeded.' })
  expect(needs).toMatchObject([{ kind: 'daemon', fix: `marrow run -c ${home.configPath}` }])
  expect(agents).toMatchObject([{ failures: [{ reason: 'failed: exited with code 3', count: 1 }] }])
  expect(by_itself.downtime).toMatchObject([{ to: null, stopped: true }])
  await expect(reportLocally({ ...asked, since: 'whenever' })).rejects.toMatchObject({ code: 'USAGE' })
})

test('without a daemon a configuration that cannot be used is a part of the report', async ({
  home,
  expect,
}) => {
  await home.write({ scout: { agent_command: sh('true') } })
  const daemon = await home.start()
  await daemon.ended(1)
  daemon.stop()
  await daemon.gone()
  appendFileSync(home.configPath, `\nno_such_key = 1\n`)
  const { configPath, stateDir } = home
  const { needs, agents } = await reportLocally({ configPath, stateDir, since: '1h' })
  expect(needs.map(({ kind }) => kind)).toEqual(['daemon', 'configuration'])
  expect(agents).toMatchObject([{ name: 'scout', runs: 1 }])
})
