/**
 * The first day with marrow: set up in the evening, twelve hours of a night in which nearly everything happens that can,
 * and the report in the morning. Time is given to the daemon; everything else is real.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExpectStatic } from 'vitest'
import { Report } from '../../src/ipc/protocol/report.ts'
import { startClocked, type ClockedDaemon } from '../helpers/clocked-daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { makeNewcomer, type Newcomer } from '../helpers/newcomer.ts'
import { test } from '../helpers/spawned-daemon.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const evening = { wall: Date.UTC(2026, 0, 5, 20), mono: 1_000_000 }

/** What each agent's runs do, in their order; the last line holds for all that follow. */
const night = {
  scout: ['--usage in=900,out=100,cost=0.05', '--auth-failure'],
  conductor: [
    '--usage in=900,out=100,cost=0.05',
    '--complete-tasks 1 --change-file notes.txt:one --commit First --usage in=2000,out=500,cost=0.11',
    '--rate-limit 1h',
    '--complete-tasks 1 --change-file notes.txt:two --commit Second --usage in=2000,out=500,cost=0.21',
    '--complete-tasks 1 --usage in=2000,out=500,cost=0.19',
    '--usage in=900,out=100,cost=0.02',
  ],
  refit: ['--usage in=900,out=100,cost=0.05', '--work 2s --usage in=5000,out=1000,cost=0.99'],
}

/** The simulated agent takes its lines from these files, and writes down what it was started for: what really happened. */
function nightWords(dir: string): string {
  return [
    `$(`,
    `count="$MARROW_WORKSPACE/runtime/notes/began-$MARROW_AGENT"; echo x >>"$count"`,
    `n=$(wc -l <"$count"); lines=$(wc -l <"${dir}/bin/night-$MARROW_AGENT"); [ "$n" -le "$lines" ] || n=$lines`,
    `sed -n "\${n}p" "${dir}/bin/night-$MARROW_AGENT")`,
  ].join('\n')
}

interface Began {
  readonly runs: number
  /** Cents, so that sums are exact. */
  readonly cents: number
}

/** Counted from the agents' own notes, not from anything that marrow wrote. */
function began(workspace: string, agent: keyof typeof night): Began {
  const runs = readFileSync(join(workspace, 'runtime/notes', `began-${agent}`), 'utf8').split('\n').length - 1
  const lines = night[agent]
  const costs = Array.from({ length: runs }, (_, index) => lines[Math.min(index, lines.length - 1)] ?? '')
  const cents = costs.map((line) => Math.round(Number(/cost=([\d.]+)/.exec(line)?.[1] ?? 0) * 100))
  return { runs, cents: cents.reduce((sum, one) => sum + one, 0) }
}

async function say(me: Newcomer, expect: ExpectStatic, ...words: string[]): Promise<string> {
  const { code, out, err } = await me.marrow(words)
  expect({ words, code, err }).toMatchObject({ code: 0 })
  return out
}

/** Brings the clock to a time of this night, such as 05:00. */
async function until(daemon: ClockedDaemon, time: string): Promise<void> {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const at = evening.wall + ((hour + 24 - 20) % 24) * HOUR + minute * MINUTE
  await daemon.advance(Math.max(0, at - daemon.now().wall), 5 * MINUTE)
}

test('the report at 08:00 says what happened in the night, to the run and the cent', async ({
  site: { dir },
  expect,
}) => {
  const me = await makeNewcomer(dir, nightWords(dir))
  for (const [agent, lines] of Object.entries(night))
    writeFileSync(join(dir, 'bin', `night-${agent}`), `${lines.join('\n')}\n`)
  await say(me, expect, 'init', '--yes', '--full', '--tick', 'no', '--limit', '$1')
  const workspace = join(me.home, '.local/share/marrow/site')
  let daemon = await startClocked(me.config, evening, me.env)
  for (const title of ['Count the chairs', 'Count the tables', 'Count the lamps'])
    await say(me, expect, 'task', 'add', title)
  await until(daemon, '21:00')
  await say(me, expect, 'wake', 'scout', '--prompt', 'Look at the door.') // It finds itself logged out.
  await until(daemon, '01:30')
  await daemon.asleep(2 * HOUR)
  await until(daemon, '05:00')
  await say(me, expect, 'wake', 'refit', '--prompt', 'Tidy up.')
  await daemon.hurry(100)
  await eventually('the second run of refit', () => began(workspace, 'refit').runs === 2 || undefined)
  const at = daemon.now()
  await daemon.kill()
  daemon = await startClocked(me.config, at, me.env)
  await until(daemon, '08:00')

  const report = Report.parse(
    JSON.parse(await say(me, expect, 'report', '--since', '2026-01-05T19:59Z', '-o', 'json')),
  )
  const truth = Object.fromEntries(
    (['scout', 'conductor', 'refit'] as const).map((agent) => [agent, began(workspace, agent)]),
  )
  const told = Object.fromEntries(
    report.agents.map(({ name, runs, cost_usd }) => [
      name,
      { runs, cents: Math.round((cost_usd ?? 0) * 100) },
    ]),
  )
  expect(told).toEqual(truth)
  expect(truth).toMatchObject({ scout: { runs: 2, cents: 5 }, refit: { runs: 2, cents: 104 } })
  expect(report.tasks.map(({ title }) => title).toSorted()).toEqual([
    'Count the chairs',
    'Count the lamps',
    'Count the tables',
  ])
  expect(report.needs.map(({ kind, agent }) => [kind, agent])).toEqual(
    expect.arrayContaining([
      ['authentication', 'scout'],
      ['limit', null],
    ]),
  )
  expect(report.verdict.well).toBe(false)
  expect(report.verdict.line).toMatch(/^2 things need you\./)
  const failuresOf = (name: string) =>
    report.agents
      .find((agent) => agent.name === name)
      ?.failures.map(({ reason }) => reason)
      .join()
  expect(failuresOf('conductor')).toMatch(/rate|limit|429/i)
  expect(report.changes.flatMap(({ changes }) => changes.commits.map(({ subject }) => subject))).toEqual([
    'First',
    'Second',
  ])
  expect(report.by_itself).toMatchObject({ starts: 2, lost: 0, unstarted: 0, asleep_ms: 2 * HOUR })
  expect(report.by_itself.adopted + report.by_itself.finished).toBe(1)
  expect(report.by_itself.caught_up).toBeGreaterThan(0)
  expect(report.agents.flatMap(({ held_because }) => held_because).join()).toContain('limit')

  const text = await say(me, expect, 'report', '--since', '2026-01-05T19:59Z', '--markdown')
  expect(text.split('\n')[0]).toContain('2 things need you')
  const cents = Object.values(truth).reduce((sum, one) => sum + one.cents, 0)
  expect(text).toContain(`$${(cents / 100).toFixed(2)}`)
  await daemon.stop()
}, 180_000)
