/** How runs that were handed on are told from the runs that asked for them, which have the same agent. */
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram } from '../../helpers/programs.ts'
import { marrowProgram, test } from '../../helpers/spawned-daemon.ts'
import { allEnded, askerOf, letGo, runIn, team, tickRun } from '../../helpers/team.ts'

/** A chief that says what it does, and a hand that speaks while the chief goes on. */
const pair = {
  'l1/chief': 'echo asking; marrow delegate hand --task Do. > /dev/null; hold chief; echo led',
  'l3/hand': 'echo doing; hold hand; echo did',
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n')
}

describe('the lists of runs', () => {
  test('say of a child in which role it was, and whose', async ({ site, expect }) => {
    await team(site, pair)
    const daemon = await site.start()
    const { run: hand } = await runIn(daemon, 'l3/hand')
    const chief = await tickRun(daemon)
    for (const name of ['chief', 'hand']) await letGo(site, name)
    await allEnded(daemon)
    const table = (await site.marrow('runs')).out
    expect(table).toMatch(new RegExp(`^${hand} +chief as l3/hand `, 'm'))
    expect(table).toMatch(new RegExp(`^${chief} +chief {2,}`, 'm'))
    const rows = linesOf((await site.marrow('export', '--only', 'runs')).out)
    expect(rows.map((row): unknown => JSON.parse(row))).toMatchObject([
      { id: chief, agent: 'chief', role: 'l1/chief', parent: null },
      { id: hand, agent: 'chief', role: 'l3/hand', parent: chief },
    ])
  })
})

describe('marrow logs', () => {
  test('shows the last run of an agent, and not the child that began after it', async ({ site, expect }) => {
    await team(site, pair)
    const daemon = await site.start()
    await runIn(daemon, 'l3/hand')
    expect((await site.marrow('logs')).out).toBe('chief  asking\n')
    expect((await site.marrow('logs', 'chief')).out).toBe('asking\n')
  })

  test('names the role in front of what a child says, and in its heading', async ({ site, expect }) => {
    await team(site, pair)
    const daemon = await site.start()
    const { run: hand } = await runIn(daemon, 'l3/hand')
    const chief = await askerOf(site, await tickRun(daemon))
    const all = startProgram(marrowProgram, ['logs', '-f', '-c', site.configPath])
    const one = startProgram(marrowProgram, ['logs', 'chief', '--since', '1h', '-f', '-c', site.configPath])
    for (const reader of [all, one])
      await eventually('what both said', () =>
        ['asking', 'doing'].every((word) => reader.out().includes(word)) ? true : undefined,
      )
    // The chief goes on meanwhile.
    await letGo(site, 'hand')
    for (const reader of [all, one])
      await eventually('the end of the hand', () => reader.out().includes('did') || undefined)
    expect(one.out()).not.toContain('led')
    const { run: later } = await chief.ask('delegate', { role: 'hand', task: 'Again.' })
    await eventually('the later one', () => all.out().includes(`== chief as l3/hand  ${later}`) || undefined)
    await letGo(site, 'chief')
    await eventually('the end of the chief', () => all.out().includes('led') || undefined)
    expect(await one.ended).toBe(0)
    all.signal('SIGINT')
    await all.ended
    const told = linesOf(one.out()).filter((line) => !line.startsWith('== '))
    expect(told.toSorted()).toEqual(['asking', 'chief as l3/hand  did', 'chief as l3/hand  doing', 'led'])
    const both = linesOf(all.out())
    expect(both).toEqual(expect.arrayContaining(['chief  asking', 'chief  led', 'chief as l3/hand  did']))
    expect(both.filter((line) => line.startsWith(`== chief as l3/hand  ${hand}`))).toHaveLength(1)
    const steps = linesOf((await site.marrow('logs', hand, '--json')).out)
    expect(steps.map((step): unknown => JSON.parse(step))).toMatchObject([
      { run: hand, agent: 'chief', role: 'l3/hand', parent: chief.run, text: 'doing' },
      { run: hand, text: 'did' },
    ])
  })
})
