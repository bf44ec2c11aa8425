/** What the log of a daemon never holds, however busy its day is, and how it is told to say more or less. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../helpers/eventually.ts'
import { curl, startProgram } from '../helpers/programs.ts'
import { marrowProgram, sh, test, type Site } from '../helpers/spawned-daemon.ts'

/** What must not be in it, each made so that eight letters of it stand nowhere else. */
const planted = {
  withheld: 'plumw4ithheldq83kd',
  passed: 'quincep7assedx92mw',
  set: 'medlars3etvalueh5tz',
  key: 'sk-ant-api03-Zr8vQ2kLw9XyTn4B',
  bearer: 'bH3nWq7ZkT5vYx2Rj',
  rules: 'orchidr6ulesuv41qe',
  role: 'peonyr8olexk62wd',
  provider: 'tulipp2roviderj90sb',
  wake: 'asterw5akegz37nf',
  task: 'lilact1askvq84hm',
  syntax: 'myrtles9yntaxwb16kc',
  value: 'basilv7alueyc53pr',
  body: 'sorrelb4odyqd71xg',
  crash: 'fennelc3rashtm28zj',
} as const

const sentence = (secret: string) => `Remember that the word is ${secret} and tell it to nobody at all.`

/** Agents that spill everything that they know, each in its own way, on the one line that a failure quotes. */
const spill = {
  errors: sh(
    'cat > "$MARROW_WORKSPACE/prompt"; env >&2; words=$(grep -h word "$MARROW_WORKSPACE/prompt" | tr "\\n" " "); echo "Error: $PASSED_PHRASE $SET_PHRASE $(cat "$MARROW_WORKSPACE/spoils") $words" >&2; exit 1',
  ),
  words: sh(
    'cat > "$MARROW_WORKSPACE/prompt2"; for line in $(seq 3); do :; done; grep word "$MARROW_WORKSPACE/prompt2" | while read -r line; do echo "Error: unknown option \'$line\'" >&2; done; exit 1',
  ),
  reports: sh(
    'printf \'{"marrow":{"error":{"reason":"authentication","detail":"401 %s %s %s"}}}\\n\' "$SET_PHRASE" "$PASSED_PHRASE" "$(cat "$MARROW_WORKSPACE/spoils")"',
  ),
}

async function plant(site: Site): Promise<void> {
  Object.assign(process.env, { WITHHELD_PHRASE: planted.withheld, PASSED_PHRASE: planted.passed })
  const folders = ['conf/roles', 'context.d', 'ws/tasks/queue']
  for (const folder of folders) await mkdir(join(site.dir, folder), { recursive: true })
  await writeFile(join(site.dir, 'conf/rules.md'), sentence(planted.rules))
  await writeFile(join(site.dir, 'conf/roles/spy.md'), sentence(planted.role))
  await writeFile(
    join(site.workspace, 'spoils'),
    `${planted.withheld} ${planted.key} Bearer ${planted.bearer}`,
  )
  const prints = `echo '${sentence(planted.provider)}'`
  for (const [name, end] of [
    ['fine', '0'],
    ['broken', '3'],
  ] as const) {
    const script = `#!/bin/sh\n${prints}\n${prints} >&2\nexit ${end}\n`
    await writeFile(join(site.dir, 'context.d', name), script, { mode: 0o755 })
  }
}

function agents(site: Site) {
  const common = {
    context_dirs: `['${join(site.dir, 'context.d')}']`,
    role: '"spy"',
    env: `{ pass = ["PASSED_PHRASE"], set = { SET_PHRASE = "${planted.set}" } }`,
  }
  return {
    talker: { ...common, agent_command: sh('echo "$PASSED_PHRASE $SET_PHRASE"') },
    errors: { ...common, agent_command: spill.errors, adapter: '"opencode"' },
    words: { ...common, agent_command: spill.words, adapter: '"opencode"' },
    reports: { ...common, agent_command: spill.reports },
  }
}

const ended = (site: Site, agent: string, count: number) =>
  eventually(
    `${count} runs of ${agent}`,
    () => {
      const runs = site.rows(`select * from runs where state = 'ended' and agent = '${agent}'`)
      return runs.length >= count ? runs : undefined
    },
    60_000,
  )

const logged = (site: Site, text: string) =>
  eventually(`${text} in the log`, () => site.log().find((line) => line.text.includes(text)), 30_000)

/** All that anybody may read: the log and the journal. */
function everything(site: Site): string {
  return [...site.log().map(({ text }) => text), JSON.stringify(site.rows('select * from events'))].join('\n')
}

/** The secrets of which at least eight letters in a row are there. */
function leaks(text: string): string[] {
  return Object.entries(planted).flatMap(([name, secret]) => {
    const parts = Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8))
    const known = parts.filter((part) => part !== 'sk-ant-a' && text.includes(part))
    return known.length === 0 ? [] : [`${name}: ${known.join(' ')}`]
  })
}

describe('the log of a busy day', () => {
  test('holds nothing of prompts, environments and keys, at its most talkative', async ({ site, expect }) => {
    await plant(site)
    await site.write(agents(site), { max_concurrent_runs: '10' })
    site.expectErrors(/"msg":"(?:request|step) failed"/)
    const daemon = await site.start()
    expect(await site.marrow('log-level', 'debug')).toMatchObject({ code: 0 })
    for (const agent of ['talker', 'errors', 'words', 'reports']) await ended(site, agent, 1)

    // Work for a run, with words of the operator.
    await site.marrow('task', 'add', 'a task', '--body', sentence(planted.task))
    await site.marrow('wake', 'talker', '--prompt', sentence(planted.wake), '--reason', `try ${planted.key}`)
    const [, run] = await ended(site, 'talker', 2)
    const prompt = await readFile(join(site.stateDir, 'runs', String(run?.['id']), 'prompt'), 'utf8')
    for (const name of ['rules', 'role', 'provider', 'wake'] as const) expect(prompt).toContain(planted[name])
    await site.marrow('resume', 'errors')
    await site.marrow('wake', 'errors', '--prompt', sentence(planted.wake))
    const [, failed] = await ended(site, 'errors', 2)
    const stderr = await readFile(join(site.stateDir, 'runs', String(failed?.['id']), 'stderr'), 'utf8')
    for (const name of ['passed', 'set', 'withheld', 'key', 'bearer', 'wake'] as const) {
      expect(stderr).toContain(planted[name])
    }

    // Requests that are refused, and one whose handler crashes.
    const socket = join(site.stateDir, 'marrow.sock')
    const refused = [
      ['/wake', '-d', `{"agent": "${planted.body}`],
      ['/wake', '-d', JSON.stringify({ agent: 'talker', prompts: sentence(planted.body) })],
      ['/pause', '-d', JSON.stringify({ agent: planted.body })],
      [`/${planted.body}`],
      [`/runs?limit=${planted.body}`],
      ['/wake', '-H', `marrow-config: ${planted.body}`, '-d', '{}'],
    ] as const
    for (const [path, ...words] of refused) {
      expect((await curl(socket, path, ...words)).status).toBeGreaterThanOrEqual(400)
    }

    // Configurations that are wrong at the place of a secret.
    const good = await readFile(site.configPath, 'utf8')
    await writeFile(site.configPath, `${good}[agents.env.set]\nTHE_PASSWORD = "${planted.syntax}\n`)
    await logged(site, '"config.rejected"')
    await writeFile(
      site.configPath,
      good.replace('max_concurrent_runs = 10', `max_concurrent_runs = "${planted.value}"`),
    )
    await eventually(
      'the second refusal',
      () => {
        const rows = site.rows(`select * from events where kind = 'config.rejected'`)
        return rows.length >= 2 ? true : undefined
      },
      30_000,
    )
    await writeFile(site.configPath, good)

    site.rows('select 1')
    site.alter('drop table triggers')
    const crash = JSON.stringify({ agent: 'talker', prompt: sentence(planted.crash) })
    expect(await curl(socket, '/wake', '-d', crash)).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL' },
    })
    await logged(site, 'request failed')
    await daemon.kill()

    const text = everything(site)
    for (const kind of ['run.ended', 'provider.failed', 'config.rejected', 'agent.held'])
      expect(text).toContain(kind)
    expect(leaks(text)).toEqual([])
    expect(site.rows('select outcome from runs').flatMap((row) => leaks(JSON.stringify(row)))).toEqual([])
  })

  test('has no line that is too long or holds what steers a terminal', async ({ site, expect }) => {
    const noise = sh(
      'cat > /dev/null; printf "Error: \\033[2J\\r\\n[12:00:00] forged " >&2; head -c 100000 /dev/zero | tr "\\0" x >&2; exit 1',
    )
    await site.write({ noisy: { agent_command: noise, adapter: '"opencode"' } })
    const daemon = await site.start()
    await ended(site, 'noisy', 1)
    await site.marrow('wake', 'noisy', '--reason', `${'r'.repeat(9_000)}\u001b[2J\n[12:00:00] forged`)
    await logged(site, 'wake.received')
    await daemon.kill()
    for (const { text } of site.log()) {
      expect(Buffer.byteLength(text)).toBeLessThan(8_192)
      expect(JSON.parse(text)).toHaveProperty('msg')
      // oxlint-disable-next-line no-control-regex -- They are what is looked for.
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|\\u00[01]/)
    }
  })
})

describe('the level of the log', () => {
  test('changes by command and by signal, tells of it, and is the usual one in the next daemon', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const daemon = await site.start()
    await ended(site, 'scout', 1)
    expect(await site.marrow('log-level')).toMatchObject({ code: 0, out: 'info\n' })
    expect(await site.marrow('log-level', 'error')).toMatchObject({
      code: 0,
      out: expect.stringContaining('error'),
    })
    await logged(site, 'errors alone (error) from now on')
    const before = site.log().length
    await site.marrow('pause')
    await site.marrow('resume')
    expect(site.log()).toHaveLength(before)
    daemon.signal('SIGUSR2')
    await logged(site, 'everything (debug) from now on')
    expect(JSON.parse((await site.marrow('log-level', '--json')).out)).toEqual({ ok: true, level: 'debug' })
    daemon.signal('SIGUSR2')
    await logged(site, 'what happens (info) from now on')
    expect(await site.marrow('log-level', 'loud')).toMatchObject({ code: 2, out: '' })
    await site.marrow('log-level', 'warn')
    await daemon.kill()
    await site.start()
    expect(await site.marrow('log-level')).toMatchObject({ out: 'info\n' })
  })
})

describe('the form of the log', () => {
  test('is JSON under a service manager without a flag, and for people in a pipe', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: { agent_command: sh('true') } })
    const service = startProgram(marrowProgram, ['run', '-c', site.configPath], { INVOCATION_ID: '0f0f' })
    await eventually('its start', () => (service.err().includes('works with') ? true : undefined), 60_000)
    service.signal('SIGTERM')
    await service.ended
    for (const line of service.err().trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('level')
    const pipe = startProgram(marrowProgram, ['run', '-c', site.configPath])
    await eventually('its start', () => (pipe.err().includes('works with') ? true : undefined), 60_000)
    pipe.signal('SIGTERM')
    await pipe.ended
    for (const line of pipe.err().trimEnd().split('\n')) expect(line).toMatch(/^\[\d\d:\d\d:\d\d\] /)
  })

  test('tells a service manager of a broken file without showing what stands in it', async ({
    site,
    expect,
  }) => {
    await writeFile(site.configPath, `[agents.env.set]\nTHE_PASSWORD = "${planted.syntax}\n`)
    const { code, err } = await site.marrow('run')
    expect({ code, leaks: leaks(err) }).toEqual({ code: 2, leaks: [] })
    expect(err).toContain(`${site.configPath}:2:`)
  })

  test('tells a service manager of a value in the wrong place by file, line and key alone', async ({
    site,
    expect,
  }) => {
    const secret = JSON.stringify(planted.value)
    const named = JSON.stringify(`TOKEN=${planted.value}`)
    for (const [key, value] of Object.entries({
      env: `{ pass = [${named}], set = { ${named} = 'x' } }`,
      schedule: secret,
      timezone: JSON.stringify(`a\n/${planted.value}`),
      active_hours: secret,
      context_dirs: `[${secret}]`,
    })) {
      await site.write({ scout: { agent_command: sh('true'), [key]: value } })
      const { code, err } = await site.marrow('run')
      expect({ key, code, leaks: leaks(err) }).toEqual({ key, code: 2, leaks: [] })
      expect(err).toContain(`: agents[0].${key}`)
    }
  })
})
