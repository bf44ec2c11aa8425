import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram } from '../../helpers/programs.ts'
import { marrowProgram, sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

/** Says one line, then works until a file says that it may end. */
const talking = {
  scout: {
    agent_command: sh(
      'echo one; echo oops >&2; while [ -d "$MARROW_WORKSPACE" ] && [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.05; done; echo two',
    ),
  },
}

function running(daemon: SpawnedDaemon): Promise<string> {
  return eventually('the run', async () => {
    const [run] = (await daemon.ask('runs', { limit: 1 })).runs
    return run?.state === 'running' ? run.id : undefined
  })
}

function ended(site: Site, count: number): Promise<true> {
  return eventually(`${count} ended runs`, () =>
    site.rows("select id from runs where state = 'ended'").length >= count ? true : undefined,
  )
}

function follow(site: Site, ...words: string[]) {
  return startProgram(marrowProgram, [...words, '-c', site.configPath])
}

describe('marrow logs', () => {
  test('-f follows a run over a restart of the daemon until it ends', async ({ site, expect }) => {
    await site.write(talking)
    const first = await site.start()
    await running(first)
    const follower = follow(site, 'logs', 'scout', '-f')
    await eventually('the first line', () => (follower.out() === 'one\n' ? true : undefined))
    first.signal('SIGUSR1')
    await first.ended
    await site.start()
    await writeFile(join(site.workspace, 'go'), '')
    expect(await follower.ended).toBe(0)
    expect([follower.out(), follower.err()]).toEqual(['one\ntwo\n', ''])
  })

  test('shows the last lines of a run, by agent, by id and by a part of it', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('seq 300; echo oops >&2') } })
    const daemon = await site.start()
    await ended(site, 1)
    const [run] = (await daemon.ask('runs', { limit: 1 })).runs
    const last = Array.from({ length: 200 }, (_, index) => `${index + 101}\n`).join('')
    expect(await site.marrow('logs', 'scout')).toEqual({ code: 0, out: last, err: '' })
    expect((await site.marrow('logs', run?.id ?? '', '-n', '2')).out).toBe('299\n300\n')
    expect((await site.marrow('logs', run?.id.slice(-4) ?? '', '--stderr')).out).toBe('oops\n')
    expect((await site.marrow('logs', 'scout', '-n', '0')).out).toMatch(/^1\n2\n/)
    expect(await site.marrow('logs', 'nobody')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('no run or agent is called nobody'),
    })
  })

  test('of a run that printed nothing says so', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('exit 1') } })
    await site.start()
    await ended(site, 1)
    expect(await site.marrow('logs', 'scout')).toEqual({
      code: 0,
      out: '',
      err: expect.stringMatching(
        /^\(scout-\S+ printed nothing on stdout\. Its error output: marrow logs scout-\S+ --stderr\)\n$/,
      ),
    })
  })
})

describe('marrow runs and show', () => {
  test('list what was done, newest first, and everything on record of one', async ({ site, expect }) => {
    await site.write({ good: { agent_command: sh('echo done') }, bad: { agent_command: sh('exit 3') } })
    await site.start()
    expect((await site.marrow('run-once', 'bad')).code).toBe(1)
    await ended(site, 3)
    const { code, out } = await site.marrow('runs')
    expect(code).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(/^RUN +AGENT +STARTED +TOOK +OUTCOME +TOKENS +COST$/)
    expect(lines[1]).toMatch(/^bad-\S+ +bad +\d\d:\d\d +\d+m?s +failed: exited with code 3 +about \S+ +-$/)
    expect((await site.marrow('runs', '--agent', 'good', '--json')).out).toContain('"ok": true')
    expect((await site.marrow('runs', '--agent', 'nobody')).out).toBe('(no runs of nobody)\n')
    const [id = ''] = lines[1]?.split(' ') ?? []
    const shown = await site.marrow('show', id)
    expect(shown.out).toMatch(/^run +bad-/)
    expect(shown.out).toMatch(/^state +ended: failed: exited with code 3$/m)
    expect(JSON.parse((await site.marrow('show', id, '--json')).out)).toMatchObject({
      id,
      agent: 'bad',
      causes: ['run-once'],
      lineage: [],
      adapter: 'generic',
    })
    expect((await site.marrow('show', id, '--prompt')).out).toMatch(/^--- \[Core Rules\] ---\n/)
    // Both runs of `bad` carry the name: neither is picked for the asker.
    expect(await site.marrow('show', 'bad-')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Cannot tell which run is meant by bad-'),
    })
  })
})

describe('marrow events', () => {
  test('-f goes on with every new one, over a restart of the daemon', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('echo done') } })
    const first = await site.start()
    await ended(site, 1)
    const follower = follow(site, 'events', '-f', '--agent', 'scout')
    const told = (count: number) =>
      eventually(`${count} ends`, () =>
        follower.out().split('run succeeded').length > count ? true : undefined,
      )
    await told(1)
    await site.marrow('wake', 'scout', '--reason', 'look')
    await told(2)
    first.signal('SIGUSR1')
    await first.ended
    await site.start()
    await site.marrow('wake', 'scout')
    await told(3)
    follower.signal('SIGINT')
    await follower.ended
    expect(follower.err()).toBe('')
    const lines = follower.out().trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(/^\d\d:\d\d {2}scout {2}\S/)
    expect(lines.filter((line) => line.includes('began'))).toHaveLength(3)
    expect(follower.out()).toContain('woken by operator: look')
  })

  test('are chosen by kind, number and agent; JSON is one object a line', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('echo done') } })
    await site.start()
    await ended(site, 1)
    const json = await site.marrow('events', '--json', '--kind', 'run')
    const kinds = json.out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line).kind)
    expect(kinds).toEqual(['run.started', 'run.ended'])
    expect((await site.marrow('events', '-n', '1')).out).toMatch(
      /^\d\d:\d\d {2}scout {2}run succeeded after \S+ \(about \S+ tokens\)\n$/,
    )
    expect((await site.marrow('events', '--agent', 'nobody')).out).toBe('(no events)\n')
  })
})
