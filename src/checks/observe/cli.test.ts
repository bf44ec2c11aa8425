import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../../test/helpers/eventually.ts'
import { configOf, furnish, look, program } from '../../../test/helpers/furnished-machine.ts'
import { test } from '../../../test/helpers/temp-dir.ts'
import { systemProcesses } from '../../platform/processes.ts'
import type { Surroundings } from '../observe.ts'
import { testedVersions } from '../versions.ts'

/** A machine whose `claude` is this script, with a login in the home of its runs. */
async function withClaude(dir: string, script: string): Promise<void> {
  await furnish(dir)
  await program(join(dir, 'bin/nice'))
  await writeFile(join(dir, 'bin/claude'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  await mkdir(join(dir, 'home/.claude'), { recursive: true })
  await writeFile(join(dir, 'home/.claude/.credentials.json'), '{}')
}

const systemPath = (dir: string) => [join(dir, 'bin'), '/usr/bin', '/bin'].join(delimiter)
const cliWorld = (dir: string, changes: Partial<Surroundings> = {}): Partial<Surroundings> => ({
  runEnvironment: () => ({ PATH: systemPath(dir), HOME: join(dir, 'home') }),
  ...changes,
})

const ownEnv = (dir: string) => ({ PATH: process.env['PATH'] ?? '', HOME: join(dir, 'home') })

describe('an agent CLI', () => {
  const claude = { adapter: 'claude', command: ['nice', 'claude', '-p'] } as const

  test('of the tested version that is logged in gives no finding', async ({ dir, expect }) => {
    await withClaude(dir, `echo "${testedVersions.claude} (Claude Code)"`)
    expect(await look(dir, configOf(dir, claude), cliWorld(dir))).toEqual([])
  })

  test('that is old, breaks or says nothing of its version is told', async ({ dir, expect }) => {
    await withClaude(dir, 'echo 1.0.3')
    const look1 = () => look(dir, configOf(dir, claude), cliWorld(dir))
    expect(await look1()).toMatchObject([{ level: 'hint', problem: expect.stringContaining('claude 1.0.3') }])
    await withClaude(dir, 'echo hello')
    expect(await look1()).toMatchObject([{ level: 'issue', problem: 'claude --version prints no version' }])
    await withClaude(dir, 'echo "Illegal instruction" >&2; exit 132')
    expect(await look1()).toMatchObject([
      { level: 'issue', problem: 'claude --version fails: Illegal instruction' },
    ])
  })

  test('that many agents share is asked once, and what it lacks is said once', async ({ dir, expect }) => {
    await withClaude(dir, `echo asked >> ${join(dir, 'asked')}; echo 1.0.3`)
    const config = configOf(dir, claude)
    const [agent] = config.agents
    if (agent === undefined) throw new Error('There is an agent.')
    const agents = Array.from({ length: 30 }, (_, index) => ({ ...agent, name: `scout${index}` }))
    const world = cliWorld(dir, {
      runEnvironment: ({ name }) => ({
        PATH: systemPath(dir),
        HOME: join(dir, 'home'),
        MARROW_AGENT: name,
      }),
    })
    expect(await look(dir, { ...config, agents }, world)).toMatchObject([
      {
        subject: 'scout0, scout1, scout2, scout3, scout4 and 25 more',
        problem: expect.stringContaining('1.0.3'),
      },
    ])
    expect(await readFile(join(dir, 'asked'), 'utf8')).toBe('asked\n')
  })

  test('is asked for each environment of its own', async ({ dir, expect }) => {
    await withClaude(dir, 'echo "$VERSION"')
    const config = configOf(dir, claude)
    const [agent] = config.agents
    if (agent === undefined) throw new Error('There is an agent.')
    const agents = ['1.0.3', '1.0.4'].map((name) => ({ ...agent, name }))
    const world = cliWorld(dir, {
      runEnvironment: ({ name }) => ({ PATH: systemPath(dir), HOME: join(dir, 'home'), VERSION: name }),
    })
    const found = await look(dir, { ...config, agents }, world)
    expect(found.map(({ problem }) => problem.split(' ')[1])).toEqual(['1.0.3', '1.0.4'])
  })

  test('that hangs costs its deadline and leaves no process', async ({ dir, expect }) => {
    const mark = join(dir, 'pids')
    await withClaude(dir, `trap '' TERM; echo $$ >> ${mark}; sleep 1000 & echo $! >> ${mark}; wait; wait`)
    expect(await look(dir, configOf(dir, claude), cliWorld(dir, { versionMsMax: 500 }))).toMatchObject([
      { level: 'issue', problem: 'claude --version gives no answer within 0.5 s' },
    ])
    const pids = (await readFile(mark, 'utf8')).trim().split('\n').map(Number)
    expect(pids).toHaveLength(2)
    await eventually('its processes to be gone', () => {
      const left = systemProcesses.list().filter(({ pid, zombie }) => pids.includes(pid) && !zombie)
      return left.length === 0 ? true : undefined
    })
  })

  test('that is not logged in is told, with the key that is withheld and the line that allows it', async ({
    dir,
    expect,
  }) => {
    await withClaude(dir, `echo ${testedVersions.claude}`)
    const elsewhere = { PATH: systemPath(dir), HOME: join(dir, 'nobody') }
    const found = (own: Record<string, string>, run: Record<string, string>) =>
      look(
        dir,
        configOf(dir, claude),
        cliWorld(dir, {
          env: { PATH: join(dir, 'bin'), ...own },
          runEnvironment: () => ({ ...elsewhere, ...run }),
        }),
      )
    expect(await found({}, {})).toMatchObject([
      { level: 'hint', problem: expect.stringContaining('no login') },
    ])
    expect(await found({ ANTHROPIC_API_KEY: 'k' }, {})).toMatchObject([
      {
        problem: expect.stringContaining('ANTHROPIC_API_KEY of your environment is withheld'),
        fix: expect.stringContaining('env = { pass = ["ANTHROPIC_API_KEY"] }'),
      },
    ])
    expect(await found({ ANTHROPIC_API_KEY: 'k' }, { ANTHROPIC_API_KEY: 'k' })).toEqual([])
    expect(await found({}, { CLAUDE_CONFIG_DIR: join(dir, 'home/.claude') })).toEqual([])
  })
})

describe('a work_dir in a repository', () => {
  test('wants an author for commits', async ({ dir, expect }) => {
    await furnish(dir)
    await mkdir(join(dir, 'home'))
    execFileSync('git', ['init', '-q', join(dir, 'team')], { env: ownEnv(dir) })
    const found = (more: Record<string, string> = {}) =>
      look(dir, configOf(dir, { command: ['true'] }), { runEnvironment: () => ({ ...ownEnv(dir), ...more }) })
    expect(await found()).toMatchObject([
      { level: 'hint', problem: expect.stringContaining('have no author') },
    ])
    const named = { GIT_AUTHOR_NAME: 'A', GIT_COMMITTER_NAME: 'A', EMAIL: 'a@localhost' }
    expect(await found(named)).toEqual([])
    await writeFile(join(dir, 'home/.gitconfig'), '[user]\n\tname = A\n\temail = a@localhost\n')
    expect(await found()).toEqual([])
  })
})
