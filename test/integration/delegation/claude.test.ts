/** Delegation and guards with the real Claude Code behind the wall, where it asks before it does anything but edit. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openClaudeWorld } from '../../helpers/claude.ts'
import { openCliDaemon } from '../../helpers/cli-daemon.ts'
import { findCli } from '../../helpers/cli-world.ts'
import { sayInTicks } from '../../helpers/say.ts'
import { test } from '../../helpers/temp-dir.ts'

const binary = findCli('claude')
const command = [binary ?? '', '--permission-mode', 'acceptEdits']

describe.skipIf(binary === undefined)('a role with the real claude', () => {
  test('hands work on from its shell, and starts no agent but by marrow', async ({ dir, expect }) => {
    await using world = await openClaudeWorld(dir)
    await using daemon = openCliDaemon(world, dir, world.env)
    const told = join(world.workDir, 'told.txt')
    writeFileSync(join(world.workDir, 'code.md'), '[[text The code is written.]]')
    const itself = { description: 'a', subagent_type: 'conductor', prompt: 'Do all of it.' }
    const say = sayInTicks(daemon.workspace, {
      conductor: `[[bash marrow delegate coder --task-file code.md --wait > told.txt]] [[tool Agent ${JSON.stringify(itself)}]] [[text Closed.]]`,
    })
    daemon.configure([{ name: 'conductor', command, keys: { role_via: 'native', ...say } }])
    await daemon.start()
    const child = await daemon.ended('conductor', 2)
    const own = await daemon.ended('conductor', 1)
    expect(own).toMatchObject({ role: 'l1/conductor', ok: true, result: 'Closed.', guard: 'proven' })
    expect(child).toMatchObject({ role: 'l3/coder', ok: true, guard: 'proven', lineage: [own.id] })
    expect(readFileSync(told, 'utf8')).toBe('The code is written.\n')
    const steps = await daemon.marrow('show', own.id, '--steps')
    expect(steps).toContain('Your role starts only these agents here: ')
    expect(daemon.complaints()).toEqual([])
  })

  test('is seen to be without guards where the user switched hooks off, and ended where it must have them', async ({
    dir,
    expect,
  }) => {
    await using world = await openClaudeWorld(dir)
    await using daemon = openCliDaemon(world, dir, world.env)
    mkdirSync(join(world.home, '.claude'), { recursive: true })
    writeFileSync(join(world.home, '.claude/settings.json'), JSON.stringify({ disableAllHooks: true }))
    const say = sayInTicks(daemon.workspace, { conductor: '[[hang]]', scout: '[[text Fine.]]' })
    daemon.configure([
      { name: 'conductor', command, keys: { role_via: 'native', ...say } },
      { name: 'scout', command, keys: say },
    ])
    await daemon.start()
    const [conductor, scout] = [await daemon.ended('conductor', 1), await daemon.ended('scout', 1)]
    expect(conductor).toMatchObject({ outcome: 'ended: its guards are not in force', guard: 'missing' })
    expect(conductor.duration_ms).toBeLessThan(20_000)
    expect(scout).toMatchObject({ ok: true, result: 'Fine.', guard: 'missing' })
    expect((await daemon.status('scout'))?.guard).toBe('missing')
    const events = await daemon.marrow('events', '--kind', 'guard.missing')
    expect(events.trimEnd().split('\n')).toHaveLength(2)
    expect(daemon.complaints()).toEqual([])
  })
})
