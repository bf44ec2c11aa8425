/** Many requests for few places, all at one moment: whatever comes first, there are never more runs than may be. */
import { execFile } from 'node:child_process'
import { describe } from 'vitest'
import type { DelegationView } from '../../../src/ipc/protocol/delegations.ts'
import { eventually } from '../../helpers/eventually.ts'
import { test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'
import {
  askerOf,
  doorOf,
  letGo,
  noted,
  refusal,
  runIn,
  openRuns,
  team,
  tickRun,
  type Asker,
} from '../../helpers/team.ts'

const RAW = 40
const PROCESSES = 10

const idle = { 'l1/chief': 'hold end', 'l2/lead': 'hold end', 'l3/hand': 'hold end' }

/** What a process of its own gets for its request. */
function byProcess(site: Site, { token }: Asker): Promise<string> {
  const words = ['-s', '--unix-socket', doorOf(site), '-H', `Authorization: Bearer ${token}`]
  const body = JSON.stringify({ role: 'hand', task: 'By a process.' })
  return new Promise((resolve) => {
    execFile('curl', [...words, '-d', body, 'http://marrow/delegate'], (_, out) => {
      const answer: { run?: string; error?: string } = JSON.parse(out)
      resolve(answer.run === undefined ? `refused: ${answer.error}` : 'allowed')
    })
  })
}

/** What becomes of so many requests of one run at one moment. */
async function crowd(site: Site, asker: Asker): Promise<string[]> {
  const raw = Array.from({ length: RAW }, async () => {
    const told = await refusal(asker.ask('delegate', { role: 'hand', task: 'Raw.' }))
    return told.replace(/^NOT_ALLOWED/, 'refused').replace(/^allowed: .*/, 'allowed')
  })
  const processes = Array.from({ length: PROCESSES }, () => byProcess(site, asker))
  return Promise.all([...raw, ...processes])
}

function count(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]))
}

function started(daemon: SpawnedDaemon, wanted: number): Promise<DelegationView['run'][]> {
  return eventually(
    `${wanted} runs of children`,
    async () => {
      const { events } = await daemon.ask('journal', { kind: 'run.started', limit: 1_000 })
      return events.length >= wanted ? events.map(({ run }) => run ?? '') : undefined
    },
    30_000,
  )
}

describe('fifty requests at one moment', () => {
  test('of one run start as many children as it may have, and the others hear why', async ({
    site,
    expect,
  }) => {
    await team(site, idle, { top: { 'delegation.children_per_run': '3' } })
    const daemon = await site.start()
    const chief = await askerOf(site, await tickRun(daemon))
    expect(count(await crowd(site, chief))).toEqual({
      allowed: 3,
      'refused: This run has 3 of 3 children at work: wait for one of them (marrow delegate wait RUN), then ask again.': 47,
    })
    expect(site.rows('select run from delegations')).toHaveLength(3)
    await started(daemon, 4)
    const refused = await daemon.ask('journal', { kind: 'delegation.refused', limit: 1_000 })
    // Once: fifty refusals that say the same are one fact.
    expect(count(refused.events.map(({ data }) => String(data['rule'])))).toEqual({ 'fan-out': 1 })

    await letGo(site, 'end')
    await eventually('the end', async () => (await openRuns(daemon)) === 0 || undefined)
    expect((await started(daemon, 4)).length).toBe(4)
  })

  test('of two runs start as many children as all agents together may have', async ({ site, expect }) => {
    await team(site, idle, {
      agents: ['one', 'two'],
      top: { 'delegation.children_per_run': '50', 'delegation.max_children': '5' },
    })
    const daemon = await site.start()
    const askers = [
      await askerOf(site, await tickRun(daemon, 'one')),
      await askerOf(site, await tickRun(daemon, 'two')),
    ]
    const told = await Promise.all(askers.map((asker) => crowd(site, asker)))
    expect(count(told.flat().map((one) => one.replace(/:.*?All agents/, ': All agents')))).toEqual({
      allowed: 5,
      'refused: All agents together have 5 of 5 children at work: ask again when one has ended, or do the work yourself, or say in your result what is left.': 95,
    })
    expect(await started(daemon, 7)).toHaveLength(7)
    expect(site.rows("select run from delegations where state = 'running'")).toHaveLength(5)
  })
})

test('a run that waits for its child takes nobody’s place, and one that only works does', async ({
  site,
  expect,
}) => {
  await team(
    site,
    {
      'l1/chief':
        '[ "$MARROW_AGENT" = one ] && marrow delegate hand --task "Do it." --wait | note got; echo "$MARROW_AGENT" | note "ran-$MARROW_AGENT"; [ "$MARROW_AGENT" = three ] || hold end',
      'l3/hand': 'hold hand; echo done',
    },
    { agents: ['one', 'two', 'three'], top: { max_concurrent_runs: '1' } },
  )
  const daemon = await site.start()
  await runIn(daemon, 'l3/hand')
  // Beside the run that waits one other may work, and no third.
  const other = (await noted(site, 'ran-two').catch(() => '')).trim()
  expect(other).toBe('two')
  const { agents, runs_open: own, children_open: children } = await daemon.ask('status', {})
  expect([own, children]).toEqual([2, 1])
  expect(agents['three']).toMatchObject({ tick_count: 0 })
  await letGo(site, 'hand')
  expect(await noted(site, 'got')).toBe('done\n')
  await letGo(site, 'end')
  expect(await noted(site, 'ran-three')).toBe('three\n')
})
