/** Runs that hand work on, through the built daemon and the built `marrow delegate`. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { test, type Site } from '../../helpers/spawned-daemon.ts'
import { noted, team } from '../../helpers/team.ts'
import { jsonOutputs } from '../../../src/ipc/json-output.ts'

const note = (site: Site, name: string) => readFile(join(site.workspace, name), 'utf8')

describe('a run that delegates', () => {
  test('gets what its children said, two hops down, and the tree tells of all of them', async ({
    site,
    expect,
  }) => {
    await team(site, {
      'l1/chief':
        'marrow delegate lead --task "Have it mended." --wait > "$MARROW_WORKSPACE/got"; echo "code $?" >> "$MARROW_WORKSPACE/got"',
      'l2/lead': 'echo "the hand says: $(marrow delegate hand --task "Mend it." --wait)"',
      'l3/hand': 'marrow delegate hand --task "More." 2> "$MARROW_WORKSPACE/refused" || echo mended',
    })
    const daemon = await site.start()
    const got = await eventually('the answer', async () => {
      const text = await note(site, 'got').catch(() => '')
      return text.includes('code') ? text : undefined
    })
    expect(got).toBe('the hand says: mended\ncode 0\n')
    expect(await note(site, 'refused')).toMatch(/^.*l3\/hand is a leaf and hands nothing on/)
    await eventually(
      'the end of all',
      async () => (await daemon.ask('status', {})).runs_open === 0 || undefined,
    )
    const { runs } = await daemon.ask('runsTree', {})
    expect(runs.map(({ role, depth, ok, task }) => [role, depth, ok, task])).toEqual([
      ['l1/chief', 0, true, null],
      ['l2/lead', 1, true, 'Have it mended.'],
      ['l3/hand', 2, true, 'Mend it.'],
    ])
    expect((await site.marrow('runs', 'tree')).out).toMatch(
      /chief as l1\/chief {2}succeeded[^]*└─ l2\/lead {2}succeeded[^]*└─ l3\/hand {2}succeeded/,
    )
    const [chief, lead] = runs.map(({ run }) => run)
    for (const kind of ['run.started', 'run.ended']) {
      const { events } = await daemon.ask('journal', { kind })
      const told = new Map(events.map(({ run, data }) => [run, data['child']]))
      expect(runs.map(({ run }) => told.get(run))).toEqual([
        null,
        { role: 'l2/lead', parent: chief },
        { role: 'l3/hand', parent: lead },
      ])
    }
    expect((await site.marrow('events', '--kind', 'run.ended')).out).toMatch(
      /chief {2}child run as l3\/hand succeeded[^]*chief {2}child run as l2\/lead succeeded[^]*chief {2}run succeeded/,
    )
  })

  test('is told the id of its role where marrow.toml leaves out the level', async ({ site, expect }) => {
    await team(
      site,
      { chief: 'echo "$MARROW_ROLE" | note role', 'l1/chief': 'echo "$MARROW_ROLE" | note role' },
      { entry: { role: "'chief'" } },
    )
    await site.start()
    expect(await noted(site, 'role')).toBe('l1/chief\n')
  })

  test('is told in its next prompt what goes on, and what came of the rest', async ({ site, expect }) => {
    await team(site, {
      'l1/chief':
        'test -e "$MARROW_NOTES/asked" || marrow delegate hand --task "Watch it." --detach; touch "$MARROW_NOTES/asked"',
      'l3/hand': 'while ! test -e "$MARROW_WORKSPACE/enough"; do sleep 0.05; done; echo "Seen enough."',
    })
    const daemon = await site.start()
    const ended = (count: number) =>
      eventually(`${count} runs of the chief`, async () => {
        const { runs } = await daemon.ask('runs', { agent: 'chief' })
        const own = runs.filter(({ state }) => state === 'ended')
        return own.length >= count || undefined
      })
    await ended(1)
    const prompt = async () => (await daemon.ask('dryRun', { agents: ['chief'] })).agents[0]?.prompt ?? ''
    expect(await prompt()).toMatch(
      /--- \[delegations\] ---\n[^]*- l3\/hand: Watch it\.\n {2}chief-\S+: goes on until /,
    )
    expect(await daemon.ask('status', {})).toMatchObject({
      runs_open: 0,
      children_open: 1,
      agents: { chief: { state: 'idle', run: null, children: 1, doing: 'idle, 1 child at work' } },
    })
    expect(await daemon.ask('showRun', { id: 'chief' })).toMatchObject({ role: 'l1/chief', lineage: [] })
    await writeFile(join(site.workspace, 'enough'), '')
    await ended(2)
    expect(await prompt()).toMatch(
      /- l3\/hand: Watch it\.\n {2}chief-\S+: succeeded\n {2}Its last words: Seen enough\./,
    )
    await daemon.ask('wake', { agent: 'chief' })
    await ended(3)
    expect(await prompt()).not.toContain('Watch it.')
  })
})

test('what marrow delegate prints for programs is what its schema says', async ({ site, expect }) => {
  await team(site, {
    'l1/chief':
      'marrow delegate hand --task "Do it." --json | note asked; run=$(marrow delegate hand --task "Do it too."); marrow delegate wait "$run" --json | note heard; marrow delegate list | note listed; marrow delegate list --json | note list',
    'l3/hand': 'echo done',
  })
  await site.start()
  for (const [name, command] of [
    ['asked', 'delegate'],
    ['heard', 'delegate wait'],
    ['list', 'delegate list'],
  ] as const) {
    const printed: unknown = JSON.parse(await noted(site, name))
    expect(jsonOutputs[command]?.parse(printed)).toEqual(printed)
  }
  expect(await noted(site, 'listed')).toMatch(
    /^chief-\S+ {2}l3\/hand {2}\S+ {2}Do it\.\nchief-\S+ {2}l3\/hand {2}succeeded {2}Do it too\.\n$/,
  )
})

describe('a dry run of a role', () => {
  test('shows what a child would be sent, with a daemon and without one, and who may not be called', async ({
    site,
    expect,
  }) => {
    await team(site, { 'l1/chief': 'true' })
    const words = ['dry-run', 'hand', '--task', 'Mend the roof.']
    const without = await site.marrow(...words, '--layers')
    expect(without.out).toMatch(/^\[chief as l3\/hand\] would run: delegated by chief\n/)
    const daemon = await site.start()
    const { out } = await site.marrow(...words)
    expect(out).toMatch(
      /--- \[Role\] ---\nYou are l3\/hand\.\n[^]*--- \[Task\] ---\nl1\/chief of chief handed you one task/,
    )
    expect(out).toMatch(/The task:\n\nMend the roof\.\n--- END ---\n$/)
    expect((await site.marrow('dry-run', 'chief', '--task', 'x')).out).toMatch(
      /\] refused: This run is l1\/chief itself/,
    )
    expect(await site.marrow('dry-run', 'nobody', '--task', 'x')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Cannot show the prompt of nobody: there is no such role/),
    })
    expect((await daemon.ask('runsTree', {})).runs).toEqual([])
  })
})
