/** What daemons make of guards that runs show, or do not: with a stand-in for Claude Code that prints what the test says. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { installedProgram } from '../../src/daemon/here.ts'
import { guardsOf } from '../../src/daemon/local/guards.ts'
import { test, type Home } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { writeRoles } from '../helpers/role-layer.ts'

const INIT = `printf '%s\\n' '{"type":"system","subtype":"init","session_id":"s"}'`
const SHOWN = `printf '{"type":"system","subtype":"hook_response","hook_event":"SessionStart","stdout":"{\\\\"guard\\\\":\\\\"%s\\\\"}"}\\n' "$folder"`
const DONE = `printf '%s\\n' '{"type":"result","subtype":"success","is_error":false,"result":"Done.","session_id":"s"}'`
const WAIT = 'exec sleep 900'

/** An agent in a role whose runs print so; `$folder` is where the files of its role lie. */
async function openTeam(
  home: Home,
  does: readonly string[],
  keys: Readonly<Record<string, string>> = {},
): Promise<void> {
  const program = join(home.dir, 'bin', 'claude')
  await mkdir(dirname(program))
  await writeFile(
    program,
    [
      '#!/bin/sh',
      'while [ $# -gt 0 ]; do case $1 in --settings) folder=${2%/*} ;; esac; shift; done',
      'cat > /dev/null',
      ...does,
      '',
    ].join('\n'),
  )
  await chmod(program, 0o755)
  await home.write({ chief: { agent_command: JSON.stringify([program]), role: "'l1/chief'", ...keys } })
  await writeRoles(dirname(home.configPath))
}

const native = { role_via: "'native'" }

describe('the guards of a run', () => {
  test('are proven by what its agent CLI prints first, and kept with the run', async ({ home, expect }) => {
    await openTeam(home, [SHOWN, INIT, DONE], native)
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run?.outcome).toBe('succeeded')
    expect(await daemon.handlers.showRun({ id: run?.id ?? '' })).toMatchObject({ guard: 'proven' })
    expect(await daemon.events('guard.missing')).toEqual([])
    expect((await daemon.handlers.status({})).agents['chief']?.guard).toBe('proven')
  })

  test('are seen while it goes on', async ({ home, expect }) => {
    await openTeam(home, [SHOWN, INIT, WAIT], native)
    const daemon = await home.start()
    await eventually('the proof', async () =>
      (await daemon.handlers.status({})).agents['chief']?.guard === 'proven' ? true : undefined,
    )
    expect((await daemon.handlers.status({})).agents['chief']?.state).toBe('running')
  })

  test('may be missing where the role need not be native: told of, and the run goes on', async ({
    home,
    expect,
  }) => {
    await openTeam(home, [INIT, DONE])
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run?.ok).toBe(true)
    expect(await daemon.events('guard.missing')).toMatchObject([{ agent: 'chief', run: run?.id }])
    expect((await daemon.handlers.status({})).agents['chief']?.guard).toBe('missing')
  })

  test('end it at once where they are missing and have to be there', async ({ home, expect }) => {
    await openTeam(home, [INIT, WAIT], native)
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run?.outcome).toBe('ended: its guards are not in force')
    expect(run?.duration_ms).toBeLessThan(5_000)
    expect((await daemon.events()).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['guard.missing', 'run.ending']),
    )
  })

  test('are looked for by the daemon that takes it over', async ({ home, expect }) => {
    const go = join(home.dir, 'go')
    await openTeam(home, [`until [ -e '${go}' ]; do sleep 0.05; done`, INIT, WAIT], native)
    const first = await home.start()
    await eventually('the run', async () =>
      (await first.events('run.started')).length > 0 ? true : undefined,
    )
    first.handOver()
    await first.gone()
    await writeFile(go, '')
    const second = await home.start()
    const [run] = await second.ended(1)
    expect(run?.outcome).toBe('ended: its guards are not in force')
  })

  test('are missing where its work is done and never showed them, and then the work does not count', async ({
    home,
    expect,
  }) => {
    await openTeam(home, ['echo All is done.'], native)
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run?.outcome).toBe('ended: its guards are not in force')
    expect(await daemon.handlers.showRun({ id: run?.id ?? '' })).toMatchObject({ guard: 'missing' })
  })

  test('are not asked of one that failed before it could show them', async ({ home, expect }) => {
    await openTeam(home, ['echo Invalid API key >&2', 'exit 1'], native)
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run?.outcome).toMatch(/^failed: /)
    expect(await daemon.handlers.showRun({ id: run?.id ?? '' })).toMatchObject({ guard: 'asked' })
    expect(await daemon.events('guard.missing')).toEqual([])
  })

  test('are missing where its first 256 KiB do not show them', async ({ home, expect }) => {
    await openTeam(home, ['head -c 300000 /dev/zero | tr "\\0" "\\n"', WAIT], native)
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run?.outcome).toBe('ended: its guards are not in force')
  })

  test('are told of by doctor, by the newest run that had to show them', async ({ home, expect }) => {
    await openTeam(home, [INIT, DONE])
    const daemon = await home.start()
    const { config, program } = daemon.core
    const look = () => guardsOf(config, { program, env: process.env })
    const [run] = await daemon.ended(1)
    const last = { run: run?.id, state: 'missing' }
    expect(await look()).toMatchObject([{ agent: 'chief', role: 'l1/chief', by: { kind: 'proof', last } }])
  })

  test.for<[string, Readonly<Record<string, string>>, object]>([
    [
      'a role in the prompt as the reason says',
      { role_via: "'prompt'" },
      { kind: 'nothing', reason: 'role_via = "prompt"' },
    ],
    [
      'a CLI that knows no roles as not guarded',
      { agent_command: '["some-agent"]' },
      { kind: 'nothing', reason: 'marrow knows no way of generic to be given a role' },
    ],
    [
      'a role that cannot be native and must be as a refusal',
      { agent_command: '["some-agent"]', ...native },
      { kind: 'refused', fix: 'Use opencode, claude or codex.' },
    ],
    [
      'a text without front matter as not guarded',
      { role: "'plain'" },
      { kind: 'nothing', reason: 'it is a text without front matter' },
    ],
    [
      'a text without front matter that must be native as a refusal',
      { role: "'plain'", ...native },
      { kind: 'refused', fix: 'Begin its file with front matter, or set role_via = "auto".' },
    ],
    ['opencode as guarded wherever the role is', { agent_command: '["opencode", "run"]' }, { kind: 'role' }],
    ['codex as guarded wherever the role is', { agent_command: '["codex", "exec"]' }, { kind: 'role' }],
    ['one that never ran as not proven', { agent_command: '["claude"]' }, { kind: 'proof', last: undefined }],
  ])('are told of by doctor: %s', async ([, keys, by], { home, expect }) => {
    await openTeam(home, [], keys)
    await writeFile(join(dirname(home.configPath), 'roles', 'plain.md'), 'You are plain.\n')
    const { config } = await readConfig(home.configPath)
    if (config === undefined) throw new Error('The configuration is wrong.')
    expect(await guardsOf(config, { program: installedProgram(), env: process.env })).toMatchObject([{ by }])
  })

  test('are nothing to show where the role is a part of the prompt', async ({ home, expect }) => {
    await openTeam(home, [INIT, DONE], { role_via: "'prompt'" })
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    expect(run?.ok).toBe(true)
    expect(await daemon.handlers.showRun({ id: run?.id ?? '' })).toMatchObject({ guard: null })
  })
})
