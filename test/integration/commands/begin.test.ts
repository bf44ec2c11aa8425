import { chmodSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from '../../helpers/programs.ts'
import { marrowProgram, sh, test } from '../../helpers/spawned-daemon.ts'

/** Runs the program without a configuration on its command line, somewhere. */
async function marrowIn(dir: string, ...words: string[]) {
  const program = startProgram('sh', ['-c', 'cd "$0" && exec "$@"', dir, marrowProgram, ...words])
  const code = await program.ended
  return { code, out: program.out(), err: program.err() }
}

test('scaffold, validate, doctor, dry-run and run-once all end with 0 on their own output', async ({
  site,
  expect,
}) => {
  const [workspace, config] = [join(site.dir, 'agents'), join(site.dir, 'made', 'marrow.toml')]
  const made = await marrowIn(site.dir, 'scaffold', '--workspace', workspace, '--config-out', config)
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^scaffolded workspace: .*\nwrote config: .*\n/),
  })
  for (const words of [['validate'], ['setup'], ['doctor'], ['dry-run'], ['run-once']]) {
    const { code, err } = await marrowIn(site.dir, ...words, '-c', config)
    expect({ words, code, err }).toMatchObject({
      code: 0,
      err: words[0] === 'run-once' ? expect.any(String) : '',
    })
  }
  const again = await marrowIn(site.dir, 'scaffold', '--workspace', workspace, '--config-out', config)
  expect(again).toMatchObject({ code: 1, out: '', err: expect.stringContaining(config) })
})

test('validate is 2 with every mistake of the file, or 0 with what it means', async ({ site, expect }) => {
  await site.write({ scout: { agent_command: sh('true') } })
  expect(await site.marrow('validate')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Config: [^]*Agent: scout\n {2}interval : 3600s[^]*\nVALIDATE OK\n$/),
  })
  await site.write({ scout: { agent_comand: sh('true'), heartbeat_interval: '"often"' } })
  const { code, out, err } = await site.marrow('validate')
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(/marrow\.toml:\d+: agents\[0\]\.agent_comand: .*agent_command/)
  expect(err).toMatch(/marrow\.toml:\d+: agents\[0\]\.heartbeat_interval: /)
})

test('doctor is 1 with a numbered list on stderr, each with its fix', async ({ site, expect }) => {
  const providers = join(site.dir, 'context.d')
  await mkdir(providers)
  await writeFile(join(providers, 'facts.sh'), '#!/bin/sh\n', { mode: 0o644 })
  await site.write({ scout: { agent_command: '"no-such-program-here"', context_dirs: `['${providers}']` } })
  const { code, out, err } = await site.marrow('doctor')
  expect(code).toBe(1)
  expect(out).not.toContain('DOCTOR OK')
  expect(err).toMatch(/^DOCTOR: 2 issue\(s\) found:\n {2}1\. [^]*\n {5}Fix: [^]*\n {2}2\. [^]*\n {5}Fix: /)
  expect(err).toContain('no-such-program-here')
  expect(err).toContain('facts.sh')
  expect(JSON.parse((await site.marrow('doctor', '--json')).out)).toMatchObject({ ok: false })
  chmodSync(join(providers, 'facts.sh'), 0o755)
  await site.write({ scout: { agent_command: sh('true'), context_dirs: `['${providers}']` } })
  expect(await site.marrow('doctor')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/DOCTOR OK\n$/),
    err: '',
  })
  await site.write({ scout: {} })
  expect((await site.marrow('doctor')).code).toBe(2)
})

test('marrow alone tells a newcomer where to begin, and later what runs', async ({ site, expect }) => {
  const fresh = await marrowIn(site.dir)
  expect(fresh).toMatchObject({ code: 0, err: '' })
  expect(fresh.out).toContain('marrow init')
  for (const group of ['Begin: ', 'Run: ', 'Work: ', 'Look: ', 'More: '])
    expect(fresh.out).toContain(`\n${group}`)
  await site.write({ scout: { agent_command: sh('true') } })
  const off = await marrowIn(site.dir, '-c', site.configPath)
  expect(off.out).toContain(`Start it with: marrow run -c ${site.configPath}`)
  const daemon = await site.start()
  await site.marrow('pause')
  const on = await marrowIn(site.dir, '-c', site.configPath)
  expect(on.out).toMatch(
    new RegExp(`^Daemon: runs as pid ${daemon.pid} for \\S+ with 1 agent, PAUSED\\.$`, 'm'),
  )
})

test.for([
  [['statsu'], /unknown command 'statsu'\n\(Did you mean status\?\)\nFix: See all commands: marrow help\n/],
  [['task', 'ad', 'x'], /\(Did you mean add\?\)/],
  [['wake'], /missing required argument 'agent'\nFix: See how it is used: marrow help wake\n/],
  [['task', 'add'], /missing required argument 'title'\nFix: .*marrow help task add\n/],
  [['status', '--jsn'], /\(Did you mean --json\?\)\nFix: .*marrow help status\n/],
  [['logs', 'x', '-n', '-1'], /whole number from 0 to 1000000/],
] as const)('%j says what may have been meant', async ([words, message], { dir, expect }) => {
  const { code, out, err } = await marrowIn(dir, ...words)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(/^Cannot understand the command: /)
  expect(err).toMatch(message)
})

test.for([
  [['help', 'wka'], 'Cannot explain wka: there is no such command.\nFix: Did you mean wake? See all'],
  [
    ['help', 'task', 'lst'],
    'Cannot explain task lst: there is no such command.\nFix: Did you mean task list? ',
  ],
] as const)('%j names the command that may have been meant', async ([words, message], { dir, expect }) => {
  const { code, out, err } = await marrowIn(dir, ...words)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err.startsWith(message)).toBe(true)
})

test('every command explains itself, on stdout and with 0', async ({ dir, expect }) => {
  const overview = await marrowIn(dir, 'help')
  const names = Array.from(overview.out.matchAll(/^ {2}([a-z][a-z-]+)/gm), ([, name = '']) => name)
  expect(names.length).toBeGreaterThan(20)
  for (const name of names.filter((one) => one !== 'help' && one !== 'marrow')) {
    const { code, out, err } = await marrowIn(dir, 'help', name)
    expect({ name, code, err }).toEqual({ name, code: 0, err: '' })
    expect(out).toContain(`marrow ${name}`)
  }
})
