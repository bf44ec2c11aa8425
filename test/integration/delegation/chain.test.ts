/** Runs that hand work on, through the built daemon and the built `marrow delegate`. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { writeRoles } from '../../helpers/role-layer.ts'
import { marrowProgram, sh, test, type Site } from '../../helpers/spawned-daemon.ts'

/** An agent whose runs do what is said for their role; `l1/chief` is the agent's own. */
async function team(site: Site, does: Readonly<Record<string, string>>, top = {}): Promise<void> {
  const cases = Object.entries(does).map(([role, script]) => `${role}) ${script} ;;`)
  const script = `marrow() { '${marrowProgram}' "$@"; }; case "$MARROW_ROLE" in ${cases.join(' ')} esac`
  await site.write(
    { chief: { agent_command: sh(script), role: "'l1/chief'", heartbeat_interval: '86400' } },
    top,
  )
  await writeRoles(dirname(site.configPath))
}

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
  })
})
