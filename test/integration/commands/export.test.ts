/** `marrow export`: all that is on record, with a daemon and without one, and nothing that does not belong into it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { jsonOutputs } from '../../../src/ipc/json-output.ts'
import { eventually } from '../../helpers/eventually.ts'
import { marrowProgram, sh, test, type Site } from '../../helpers/spawned-daemon.ts'

const quick = { agent_command: sh('cat > /dev/null; echo done') }

const RUNS = 5_000
const EVENTS = 20_000

type Line = Readonly<Record<string, unknown>>

function parsed(lines: string): Line[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

async function exported(site: Site, ...words: string[]): Promise<Line[]> {
  const file = join(site.dir, 'out.jsonl')
  expectOk(await site.marrow('export', '--to', file, ...words))
  return parsed(readFileSync(file, 'utf8'))
}

function expectOk({ code, err }: { readonly code: number; readonly err: string }): void {
  if (code !== 0) throw new Error(`It ended with ${code}: ${err}`)
}

/** A store with a long past: one real run, multiplied. Many runs share a millisecond, as no run of today does. */
async function longPast(site: Site): Promise<void> {
  // Nothing of it is too old or too much.
  await site.write(
    { scout: { ...quick, log_retention_days: '0', log_max_count: '0' } },
    { 'journal.max_days': '0' },
  )
  const daemon = await site.start()
  await eventually('a run', () =>
    site.rows("select id from runs where state = 'ended'").length > 0 ? true : undefined,
  )
  await site.marrow('task', 'add', 'Mend the roof')
  daemon.signal('SIGTERM')
  await daemon.ended
  const columns = Object.keys(site.rows('select * from runs limit 1')[0] ?? {})
  const values = columns.map((name) =>
    name === 'id' ? "'old-' || n" : name === 'recorded_at' ? 'recorded_at - 60000 - n / 7' : name,
  )
  site.alter(`with recursive count(n) as (select 1 union all select n + 1 from count where n < ${RUNS})
    insert into runs (${columns.join(', ')}) select ${values.join(', ')} from (select * from runs limit 1), count`)
  site.alter(`with recursive count(n) as (select 1 union all select n + 1 from count where n < ${EVENTS})
    insert into events (at, kind, data) select 1000 + n, 'work.resumed', '{}' from count`)
}

test('an export has every run, event and task of the store, with a daemon as without one', async ({
  site,
  expect,
}) => {
  await longPast(site)
  const lines = await exported(site)
  const ids = (type: string) => lines.filter((line) => line['type'] === type).map(({ id }) => id)
  const stored = (sql: string) => site.rows(sql).map(({ id }) => id)
  expect(ids('run')).toEqual(stored('select id from runs order by recorded_at, id'))
  expect(ids('run').length).toBeGreaterThan(RUNS)
  expect(ids('event')).toEqual(stored('select id from events order by id'))
  expect(ids('event').length).toBeGreaterThan(EVENTS)
  expect(lines.filter(({ type }) => type === 'task')).toMatchObject([{ title: 'Mend the roof' }])
  for (const line of lines.filter((_, index) => index % 500 === 0)) jsonOutputs['export']?.parse(line)

  await site.start()
  expect(await exported(site, '--only', 'tasks,runs')).toEqual(lines.filter(({ type }) => type !== 'event'))
})

test('an export begins where it is told to', async ({ site, expect }) => {
  await longPast(site)
  const recorded = Number(site.rows("select recorded_at from runs where id = 'old-700'")[0]?.['recorded_at'])
  const lines = await exported(site, '--since', new Date(recorded).toISOString())
  const count = (sql: string) => Number(site.rows(sql)[0]?.['count'])
  expect(lines.filter(({ type }) => type === 'run')).toHaveLength(
    count(`select count(*) as count from runs where recorded_at >= ${recorded}`),
  )
  expect(lines.filter(({ type }) => type === 'event')).toHaveLength(
    count(`select count(*) as count from events where at >= ${recorded}`),
  )
  expect(await exported(site, '--since', '1900-01-01')).toEqual(await exported(site))
})

test('an export goes on from the store where its daemon leaves', async ({ site, expect }) => {
  await longPast(site)
  const daemon = await site.start()
  const child = spawn(marrowProgram, ['export', '--only', 'runs', '-c', site.configPath], { stdio: 'pipe' })
  const closed = once(child, 'close')
  // It has asked for its first page, and cannot go on: nobody takes what it says.
  await once(child.stdout, 'readable')
  daemon.signal('SIGUSR1')
  await daemon.ended
  const said = await text(child.stdout)
  const [code] = await closed
  expect(code).toBe(0)
  expect(parsed(said).map(({ id }) => id)).toEqual(
    site.rows('select id from runs order by recorded_at, id').map(({ id }) => id),
  )
})

test('a reader that has seen enough ends an export without a word', async ({ site, expect }) => {
  await longPast(site)
  const child = spawn('sh', ['-c', '"$0" export -c "$1" | head -n 2', marrowProgram, site.configPath])
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(err).toBe('')
  expect(parsed(out)).toHaveLength(2)
})

test('a file is written whole, for its owner alone, and through a link', async ({ site, dir, expect }) => {
  await site.write({ scout: quick })
  mkdirSync(join(dir, 'out'))
  const file = join(dir, 'out', 'all.jsonl')
  writeFileSync(file, 'old', { mode: 0o644 })
  symlinkSync(file, join(dir, 'link'))
  const { out } = await site.marrow('export', '--to', join(dir, 'link'))
  expect(out).toBe(`✓ 0 runs, 0 events, 0 tasks written to ${file}\n`)
  expect(readFileSync(file, 'utf8')).toBe('')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(dir, 'out'))).toEqual(['all.jsonl'])
})

test('an export that fails leaves the file as it was, and nothing beside it', async ({
  site,
  dir,
  expect,
}) => {
  await longPast(site)
  mkdirSync(join(dir, 'out'))
  const file = join(dir, 'out', 'all.jsonl')
  writeFileSync(file, 'old')
  site.alter("update events set data = 'broken' where id = 15000")
  expect((await site.marrow('export', '--to', file)).code).toBe(1)
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(join(dir, 'out'))).toEqual(['all.jsonl'])
})

test.for([
  [['--only', 'run'], 2, 'Did you mean runs?'],
  [['--only', ''], 2, 'Choose from: runs, events, tasks'],
  [['--since', 'soon'], 2, 'Write how long ago'],
  [['-o', 'text'], 2, 'marrow runs'],
  [['--to', ''], 2, 'Name a file.'],
  [['--to', '/nowhere/x'], 1, 'Check that its folder exists'],
] as const)('%j is refused with what to do', async ([words, code, fix], { site, expect }) => {
  await site.write({ scout: quick })
  const end = await site.marrow('export', ...words)
  expect({ code: end.code, out: end.out }).toEqual({ code, out: '' })
  expect(end.err).toContain(fix)
})

test('neither prompts nor what runs printed are in an export', async ({ site, expect }) => {
  await site.write({
    scout: {
      agent_command: sh('cat > /dev/null; echo printed-words'),
      'env.set': '{ SITE = "shown-value" }',
    },
  })
  const daemon = await site.start()
  await site.marrow('wake', 'scout', '--prompt', 'words-of-a-prompt')
  await eventually('its run', () =>
    site.rows("select id from runs where state = 'ended'").length >= 2 ? true : undefined,
  )
  const { out } = await site.marrow('export')
  expect(parsed(out).filter(({ type }) => type === 'run').length).toBeGreaterThan(1)
  for (const secret of ['words-of-a-prompt', 'printed-words', 'shown-value'])
    expect(out).not.toContain(secret)
  await daemon.kill()
})
