/** What doctor says of real conditions, through the program as people run it. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { eventually } from '../../helpers/eventually.ts'
import { writeRoles } from '../../helpers/role-layer.ts'
import { marrowProgram, sh, test, type Site } from '../../helpers/spawned-daemon.ts'
import { startProgram } from '../../helpers/programs.ts'

interface Report {
  readonly ok: boolean
  readonly findings: readonly {
    readonly number: number
    readonly level: string
    readonly subject: string
    readonly problem: string
    readonly fix: string
  }[]
}

async function report(site: Site): Promise<Report & { readonly code: number }> {
  const { code, out } = await site.marrow('doctor', '--json')
  const said: Report = JSON.parse(out)
  return { ...said, code }
}

// Without a wall there would be a hint for each agent.
const walled = { 'isolation.mode': `'required'` }
const quiet = { scout: { agent_command: sh('true'), gate: '"changed"' } }

test('a machine on which all is right is OK, before a daemon runs and while one does', async ({
  site,
  expect,
}) => {
  await site.write(quiet, walled)
  const before = await site.marrow('doctor')
  expect(before).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^0 problems, 0 hints: DOCTOR OK\n$/m),
    err: '',
  })
  await site.start()
  expect(await report(site)).toEqual({ ok: true, findings: [], guards: [], code: 0 })
})

test('each agent with a role is told of, with what guards it or why nothing does', async ({
  site,
  expect,
}) => {
  await site.write({ chief: { ...quiet.scout, role: "'chief'" } }, walled)
  await writeRoles(dirname(site.configPath))
  const reason = 'marrow knows no way of generic to be given a role'
  expect(await site.marrow('doctor')).toMatchObject({
    code: 0,
    out: `Guards:\n  chief: l1/chief, not guarded: ${reason}\n\n0 problems, 0 hints: DOCTOR OK\n`,
  })
  const { out } = await site.marrow('doctor', '--json')
  expect(JSON.parse(out)).toMatchObject({
    guards: [{ agent: 'chief', role: 'l1/chief', guard: null, state: 'none', run: null }],
  })
})

test('every mistake of the configuration is an issue, and the rest is looked at all the same', async ({
  site,
  expect,
}) => {
  await site.write({ scout: { agent_comand: sh('true'), heartbeat_interval: '"often"' } })
  await writeFile(join(site.stateDir, 'marrow.db'), 'this was a store once, long ago', { mode: 0o600 })
  const { code, ok, findings } = await report(site)
  expect({ code, ok }).toEqual({ code: 2, ok: false })
  expect(findings.map(({ number }) => number)).toEqual(findings.map((_, index) => index + 1))
  expect(findings).toMatchObject([
    { subject: `${site.configPath}:4`, problem: expect.stringContaining('agents[0].agent_command') },
    { subject: `${site.configPath}:7`, problem: expect.stringContaining('heartbeat_interval') },
    { subject: `${site.configPath}:8`, problem: expect.stringContaining('agent_comand') },
    { level: 'issue', subject: 'state', problem: expect.stringContaining('the store is damaged') },
  ])
  const { out, err } = await site.marrow('doctor')
  expect(out).toBe('')
  expect(err).toMatch(/^DOCTOR: 4 issue\(s\) found:\n {2}1\. [^]*\n {5}Fix: [^]*\n4 problems, 0 hints\n$/)
})

test('a configuration that is missing is an issue too', async ({ site, expect }) => {
  const { code, findings } = await report(site)
  expect(code).toBe(2)
  expect(findings).toMatchObject([
    { subject: 'configuration', problem: expect.stringContaining(site.configPath) },
  ])
})

test('a context provider is run as in a dry run, and what fails is told with its reason', async ({
  site,
  expect,
}) => {
  const folder = join(site.dir, 'context.d')
  await mkdir(folder)
  const write = (name: string, script: string) => writeFile(join(folder, name), script, { mode: 0o755 })
  await write('fine', '#!/bin/sh\ntest "$MARROW_DRY_RUN" = 1\n')
  await write('broken', '#!/bin/sh\nexit 3\n')
  await write(
    'hangs',
    `#!/bin/sh\necho $$ > ${site.dir}/hanging; trap "" TERM; while :; do sleep 0.1; done\n`,
  )
  await write('nothing', '#!/no/such/shell\n')
  const agent = { ...quiet.scout, context_dirs: `['${folder}']` }
  await site.write({ scout: agent }, { context_timeout_seconds: '1' })
  const { code, findings } = await report(site)
  expect(code).toBe(1)
  expect(findings.map(({ problem }) => problem)).toEqual([
    `context provider ${folder}/broken fails: exit 3`,
    `context provider ${folder}/hangs fails: deadline`,
    expect.stringContaining(`context provider ${folder}/nothing fails: not started`),
    'its runs are not isolated: isolation is switched off for it',
  ])
  const pid = Number(await readFile(join(site.dir, 'hanging'), 'utf8'))
  await eventually('the hanging one to be gone', () =>
    site.processes().every((row) => row.pid !== pid) ? true : undefined,
  )
})

test('what runs for an agent is told the id of its role, however marrow.toml names it', async ({
  site,
  expect,
}) => {
  const told = join(site.dir, 'told')
  const write = (path: string, asked: string) =>
    writeFile(path, `#!/bin/sh\necho "${asked} $MARROW_ROLE" >> ${told}\necho 1.0.0\n`, { mode: 0o755 })
  const [folder, program] = [join(site.dir, 'context.d'), join(site.dir, 'opencode')]
  await mkdir(folder)
  await write(join(folder, 'facts'), 'facts')
  await write(program, '$*')
  const command = JSON.stringify([program, 'run', '--agent', '{role}'])
  await site.write({
    chief: { ...quiet.scout, agent_command: command, role: "'chief'", context_dirs: `['${folder}']` },
  })
  await writeRoles(dirname(site.configPath))
  await report(site)
  const lines = (await readFile(told, 'utf8')).trim().split('\n')
  expect(lines.toSorted()).toEqual(['--version l1/chief', 'agent list l1/chief', 'facts l1/chief'])
})

test('the daemon is asked: what it refused, whom it holds, whether it is paused', async ({
  site,
  expect,
}) => {
  const denied = sh(`echo '{"marrow":{"error":{"reason":"authentication","detail":"no login"}}}'`)
  await site.write({ ...quiet, 'night watch': { agent_command: denied, gate: '"changed"' } }, walled)
  await site.start()
  await eventually('the agent to be held', () =>
    site.rows(`select * from events where kind = 'agent.held'`).length > 0 ? true : undefined,
  )
  await site.marrow('pause', '--reason', 'holidays')
  const { code, findings } = await report(site)
  expect(code).toBe(1)
  expect(findings).toMatchObject([
    {
      level: 'issue',
      subject: 'night watch',
      problem: expect.stringContaining('no login'),
      fix: expect.stringContaining("marrow resume 'night watch'"),
    },
    { level: 'hint', subject: 'daemon', problem: 'all work is paused: holidays' },
  ])
})

test('a daemon with another configuration on the same state is an issue', async ({ site, expect }) => {
  await site.write(quiet, walled)
  await site.start()
  const other = join(site.dir, 'other')
  await mkdir(other)
  const path = join(other, 'marrow.toml')
  await writeFile(path, await readFile(site.configPath, 'utf8'))
  const program = startProgram(marrowProgram, ['doctor', '--json', '-c', path])
  expect(await program.ended).toBe(1)
  const { findings }: Report = JSON.parse(program.out())
  expect(findings).toMatchObject([
    { subject: 'daemon', problem: expect.stringContaining(`runs with ${site.configPath}`) },
  ])
})

test('a daemon that hangs costs its deadline', async ({ site, expect }) => {
  await site.write(quiet, walled)
  const daemon = await site.start()
  daemon.signal('SIGSTOP')
  try {
    const { code, findings } = await report(site)
    expect(code).toBe(1)
    expect(findings).toMatchObject([
      { subject: 'daemon', problem: expect.stringContaining('no answer within 3000 ms') },
    ])
  } finally {
    daemon.signal('SIGCONT')
  }
})

test('rules that cannot be read, and a configuration that anybody may change, are issues', async ({
  site,
  expect,
}) => {
  await site.write(quiet, walled)
  await mkdir(join(site.dir, 'conf/rules.md'))
  await chmod(site.configPath, 0o666)
  const { findings } = await report(site)
  expect(findings).toMatchObject([
    { subject: site.configPath, fix: `Run: chmod o-w ${site.configPath}.` },
    { subject: 'core', problem: expect.stringContaining('rules.md') },
  ])
})
