/** How runs that were handed on come to their end: with their parent, by their own time, over crashes, or before they began. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { systemProcesses } from '../../../src/platform/processes.ts'
import { CLAIMED } from '../../../src/runner/folder.ts'
import { eventually } from '../../helpers/eventually.ts'
import { test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'
import {
  allEnded,
  askerOf,
  letGo,
  noted,
  refusal,
  runIn,
  openRuns,
  team,
  tickRun,
  tree,
  type TeamOptions,
} from '../../helpers/team.ts'

/** Processes of agents that wait for nothing. */
function sleepers(site: Site): string[] {
  const words = site.processes().map(({ pid }) => systemProcesses.commandLine(pid) ?? '')
  return words.filter((line) => line === 'sleep 600')
}

describe('the children of a run', () => {
  test('end with it, however it ends, and theirs with them; those that were detached go on', async ({
    site,
    expect,
  }) => {
    const ways = ['done', 'cancelled', 'killed']
    await team(
      site,
      {
        'l1/chief':
          'marrow delegate lead --task Lead.; marrow delegate hand --detach --task Detached.; hold "end-$MARROW_AGENT"',
        'l2/lead': 'marrow delegate hand --task Attached.; sleep 600',
        'l3/hand': `case "$(cat)" in
          *Detached.) hold detached; echo kept ;;
          *) (setsid sh -c "sleep 600; exit" &); (sh -c "sleep 600; exit" &); echo out | note "loose-$MARROW_AGENT"; sleep 600 ;;
        esac`,
      },
      { agents: ways, top: { 'delegation.max_children': '20' } },
    )
    const daemon = await site.start()
    for (const agent of ways) await noted(site, `loose-${agent}`)
    await eventually('all of them', async () => (await openRuns(daemon)) === 12 || undefined, 30_000)
    expect(sleepers(site).length).toBeGreaterThanOrEqual(9)

    await letGo(site, 'end-done')
    expect((await site.marrow('cancel', 'cancelled')).code).toBe(0)
    const { pid } = await daemon.ask('showRun', { id: await tickRun(daemon, 'killed') })
    process.kill(-(pid ?? Number.NaN), 'SIGKILL')
    await eventually(
      'the end of those that are not detached',
      async () => (await openRuns(daemon)) === 3 || undefined,
      30_000,
    )
    expect(sleepers(site)).toEqual([])
    // What goes on without its agent's own run is not its agent's own run.
    expect((await daemon.ask('status', {})).agents['done']).toMatchObject({ state: 'idle', run: null })
    const outcomes = (await tree(daemon)).map(({ agent, role, outcome }) => [agent, role, outcome])
    for (const [agent, how] of [
      ['done', 'succeeded'],
      ['cancelled', 'ended by operator'],
      ['killed', 'lost: the process is gone and left no exit code'],
    ])
      expect(outcomes.filter(([name]) => name === agent)).toEqual([
        [agent, 'l1/chief', how],
        [agent, 'l2/lead', 'ended with its parent'],
        [agent, 'l3/hand', 'ended with its parent'],
        [agent, 'l3/hand', null],
      ])
    await letGo(site, 'detached')
    const kept = (await allEnded(daemon)).filter(({ ok, role }) => ok && role === 'l3/hand')
    expect(kept.map(({ depth, task, outcome }) => [depth, task, outcome])).toEqual(
      ways.map(() => [1, 'Detached.', 'succeeded']),
    )
    expect((await daemon.ask('showRun', { id: kept[0]?.run ?? '' })).result).toBe('kept')
    expect(site.processes()).toEqual([])
  })

  test('end with a stop of the daemon, and those that never began are told of by the next one', async ({
    site,
    expect,
  }) => {
    await team(site, {
      'l1/chief': 'marrow delegate lead --task Lead.; sleep 600',
      'l2/lead': 'marrow delegate hand --detach --task Detached.; sleep 600',
      'l3/hand': 'sleep 600',
    })
    const first = await site.start()
    const { run } = await runIn(first, 'l3/hand')
    first.signal('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(site.processes()).toEqual([])
    expect(site.rows("select json_extract(outcome, '$.by') as by from runs").map(({ by }) => by)).toEqual([
      'stop',
      'stop',
      'stop',
    ])
    expect(site.rows("select run from delegations where state <> 'ended'")).toEqual([])

    const child = allowAlso(site, run, { task: 'Never begun.' })
    site.alter('update agents set due_wall = due_wall + 86400000, due_mono = due_mono + 86400000')
    const second = await site.start()
    await eventually(
      'its end',
      () => site.rows("select run from delegations where state <> 'ended'").length === 0 || undefined,
    )
    const { events } = await second.ask('journal', { kind: 'delegation.failed', limit: 10 })
    expect(events.map(({ data }) => [data['child'], data['reason']])).toEqual([
      [child, 'the run that asked for it is over'],
    ])
  })
})

let allowed = 0

/** A child as it stands when the daemon dies right after it was allowed: like another one of the same parent. */
function allowAlso(site: Site, like: string, { task = 'Allowed.', state = 'waiting' } = {}): string {
  allowed += 1
  const run = `chief-20260101-000000-000-aa${String(allowed).padStart(2, '0')}`
  site.alter(`insert into delegations
    select '${run}', root, parent, agent, role, lineage, roles, tick_name, 0, '${task}', '${state}', asked_at, deadline, null, null
    from delegations where run = '${like}'`)
  return run
}

/** One that was also recorded, and whose launcher never began. */
async function recordAlso(site: Site, like: string): Promise<string> {
  const run = allowAlso(site, like, { task: 'Recorded.', state: 'running' })
  site.alter(`create temp table one as select * from runs where id = '${like}';
    update one set id = '${run}', state = 'recorded', pid = null, pid_start = null, pid_boot = null, started_at = null;
    insert into runs select * from one;`)
  await mkdir(join(site.stateDir, 'runs', run))
  return run
}

/** One whose launcher never began, and that was taken back: but for its folder, which is claimed. */
async function takeBackAlso(site: Site, like: string): Promise<string> {
  const run = allowAlso(site, like, { task: 'Taken-back.' })
  const folder = join(site.stateDir, 'runs', run)
  await mkdir(folder)
  await writeFile(join(folder, 'started'), CLAIMED)
  return run
}

describe('a crash of the daemon', () => {
  test('at any moment leaves one run for each child that was allowed, and whoever waits hears of it', async ({
    site,
    expect,
  }) => {
    await team(
      site,
      {
        'l1/chief': `for task in Running. Unsettled.; do
            marrow delegate hand --task $task --wait | note got-$task &
          done
          hold more
          for run in $(cat "$MARROW_WORKSPACE/more"); do marrow delegate wait $run | note got-$run & done
          wait`,
        'l3/hand':
          'task=$(tail -n 1); echo begun >> "$MARROW_WORKSPACE/began-$task"; hold "go-$task"; echo "did $task"',
      },
      { top: { 'delegation.children_per_run': '9' } },
    )
    const first = await site.start()
    const running = await runIn(first, 'l3/hand', ({ task }) => task === 'Running.')
    const unsettled = await runIn(first, 'l3/hand', ({ task }) => task === 'Unsettled.')
    await noted(site, 'began-Running.')
    await noted(site, 'began-Unsettled.')
    await first.kill()
    await letGo(site, 'go-Unsettled.')
    await eventually('its end', () =>
      readFile(join(site.stateDir, 'runs', unsettled.run, 'exit'), 'utf8').catch(() => undefined),
    )
    const others = [
      allowAlso(site, running.run),
      await recordAlso(site, running.run),
      await takeBackAlso(site, running.run),
    ]

    const second = await site.start()
    await writeFile(join(site.workspace, 'more'), others.join('\n'))
    expect(await noted(site, 'got-Unsettled.')).toBe('did Unsettled.\n')
    for (const task of ['Running.', 'Allowed.', 'Recorded.', 'Taken-back.']) await letGo(site, `go-${task}`)
    expect(await noted(site, 'got-Running.')).toBe('did Running.\n')
    expect(await Promise.all(others.map((run) => noted(site, `got-${run}`)))).toEqual([
      'did Allowed.\n',
      'did Recorded.\n',
      'did Taken-back.\n',
    ])
    const { events } = await second.ask('journal', { kind: 'run.unstarted', limit: 10 })
    expect(events.map(({ run }) => run)).toEqual([others[1]])
    const all = await allEnded(second)
    expect(all.map(({ role, outcome }) => [role, outcome])).toEqual([
      ['l1/chief', 'succeeded'],
      ...Array.from({ length: 5 }, () => ['l3/hand', 'succeeded']),
    ])
    for (const task of ['Running.', 'Unsettled.', 'Allowed.', 'Recorded.', 'Taken-back.'])
      expect([task, await readFile(join(site.workspace, `began-${task}`), 'utf8')]).toEqual([task, 'begun\n'])
    expect(site.rows("select run from delegations where state <> 'ended'")).toEqual([])
  })
})

describe('a child that was allowed', () => {
  test('never begins when it may not any more, and the run that waits for it hears why', async ({
    site,
    expect,
  }) => {
    const does = { 'l1/chief': 'hold end', 'l3/hand': 'hold hand' }
    const write = (options: TeamOptions = {}) => team(site, does, options)
    await write()
    let daemon: SpawnedDaemon = await site.start()
    const chief = await askerOf(site, await tickRun(daemon))
    const { run: like } = await chief.ask('delegate', { role: 'hand', task: 'Do it.' })
    await runIn(daemon, 'l3/hand')
    const reasonAfter = async (change: () => unknown) => {
      await daemon.kill()
      const child = allowAlso(site, like)
      await change()
      daemon = await site.start()
      const { code, out, err } = await chief.marrow(['delegate', 'wait', child])
      expect([code, out]).toEqual([1, ''])
      expect(site.rows(`select id from runs where id = '${child}'`)).toEqual([])
      return err.replace(`${child} as l3/hand: not started: `, '').trimEnd()
    }
    const brake = join(site.stateDir, 'PAUSED')
    expect(await reasonAfter(() => writeFile(brake, ''))).toBe(`paused: the file ${brake} is there`)
    await rm(brake)
    expect(await reasonAfter(() => write({ top: { 'limits.runs_per_day': '1' } }))).toMatch(/limit/)
    await write()
    const role = join(dirname(site.configPath), 'roles', 'l3', 'hand.md')
    expect(await reasonAfter(() => writeFile(role, '---\nlevel: many\n---\nDo.\n'))).toBe(
      'the role l3/hand is gone or has a mistake by now',
    )
    await write()
    const over = () =>
      site.alter("update delegations set deadline = json_set(deadline, '$.mono', 0) where state = 'waiting'")
    expect(await reasonAfter(over)).toBe('its time was over before it could begin')
    expect(await reasonAfter(() => write({ agents: ['other'] }))).toBe(
      'the agent is no longer in the configuration',
    )
    const { events } = await daemon.ask('journal', { kind: 'delegation.failed', limit: 10 })
    expect(events).toHaveLength(5)
    expect((await chief.ask('delegation', { run: like })).state).toBe('running')
    expect(await refusal(chief.ask('delegate', { role: 'hand', task: 'x' }))).toMatch(
      /no longer in the configuration/,
    )
  })
})

test('children whose end an older marrow recorded are over, and take nobody’s place any more', async ({
  site,
  expect,
}) => {
  const asks =
    'marrow delegate hand --task Detached. --detach; marrow delegate hand --task Attached.; hold end'
  await team(
    site,
    { 'l1/chief': asks, 'l3/hand': 'echo did it' },
    { top: { 'delegation.max_children': '2' } },
  )
  const first = await site.start()
  const chief = await askerOf(site, await tickRun(first))
  await eventually('the end of both', () =>
    site.rows("select run from delegations where state = 'ended'").length === 2 ? true : undefined,
  )
  await first.kill()
  const reported = 'select receiver, title from handoffs'
  // It knows neither delegations nor handoffs, and has forgotten one of the runs since.
  site.alter(`update delegations set state = 'running', ended_at = null; delete from handoffs;
    delete from runs where id in (select run from delegations where detached = 0)`)

  const second = await site.start()
  await eventually('nobody to be at work', async () => (await openRuns(second)) === 1 || undefined)
  await eventually('the report', () => site.rows(reported).length === 1 || undefined)
  expect(site.rows(reported)).toEqual([{ receiver: 'chief', title: 'l3/hand: succeeded' }])
  expect((await tree(second)).map(({ task, outcome }) => [task, outcome])).toEqual([
    [null, null],
    ['Detached.', 'succeeded'],
    ['Attached.', 'no longer on record'],
  ])
  const { run } = await chief.ask('delegate', { role: 'hand', task: 'One more.' })
  await eventually('its end', async () => (await chief.ask('delegation', { run })).ok === true || undefined)
})
