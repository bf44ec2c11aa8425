import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram } from '../../helpers/programs.ts'
import { marrowProgram, sh, test, type Site } from '../../helpers/spawned-daemon.ts'

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures')

/** Prints what a real CLI printed, its first lines at once and the others when a file says so. */
function replay(cli: 'claude' | 'gemini', atOnce: number): { agent_command: string; adapter: string } {
  const path = join(fixtures, cli, 'success.jsonl')
  const wait = 'while [ -d "$MARROW_WORKSPACE" ] && [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.05; done'
  return {
    agent_command: sh(`head -n ${atOnce} '${path}'; ${wait}; tail -n +${atOnce + 1} '${path}'`),
    adapter: `'${cli}'`,
  }
}

function follow(site: Site, ...words: string[]) {
  return startProgram(marrowProgram, [...words, '-c', site.configPath])
}

function ended(site: Site, count: number): Promise<true> {
  return eventually(`${count} ended runs`, () =>
    site.rows("select id from runs where state = 'ended'").length >= count ? true : undefined,
  )
}

const claudeLines = [
  '> Bash: echo hello > made.txt',
  '  (Bash completed with no output)',
  'All is done.',
  '(tokens: 2k in, 80 out, 200 read from cache; $0.0096)',
]

describe('marrow logs', () => {
  test('-f shows a call when it begins and its result when it ends, over a restart of the daemon', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: replay('claude', 2) })
    const first = await site.start()
    await eventually('the run', () => (site.rows('select id from runs').length > 0 ? true : undefined))
    const follower = follow(site, 'logs', 'scout', '-f')
    await eventually('the call', () => (follower.out() === `${claudeLines[0]}\n` ? true : undefined))
    first.signal('SIGUSR1')
    await first.ended
    await site.start()
    await writeFile(join(site.workspace, 'go'), '')
    expect(await follower.ended).toBe(0)
    expect([follower.out(), follower.err()]).toEqual([`${claudeLines.join('\n')}\n`, ''])
    expect((await site.marrow('logs', 'scout', '-n', '2')).out).toBe(`${claudeLines.slice(-2).join('\n')}\n`)
    const raw = await site.marrow('logs', 'scout', '--raw')
    expect(raw.out).toBe(readFileSync(join(fixtures, 'claude', 'success.jsonl'), 'utf8'))
  })

  test('without a name shows all agents together, each line with its agent, and reads on with later runs', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: replay('claude', 2), painter: replay('gemini', 3) })
    const daemon = await site.start()
    const follower = follow(site, 'logs', '-f')
    await eventually('both calls', () =>
      ['scout  > Bash: echo', 'painter  > run_shell_command: echo'].every((text) =>
        follower.out().includes(text),
      )
        ? true
        : undefined,
    )
    await writeFile(join(site.workspace, 'go'), '')
    await ended(site, 2)
    await daemon.ask('wake', { agent: 'painter' })
    await eventually('the later run', () =>
      follower.out().split('painter  All is done.').length === 3 ? true : undefined,
    )
    follower.signal('SIGINT')
    expect(await follower.ended).toBe('SIGINT')
    const lines = follower.out().trimEnd().split('\n')
    expect(lines.filter((line) => line.startsWith('== '))).toHaveLength(3)
    expect(lines.filter((line) => line.startsWith('scout  '))).toEqual(
      claudeLines.map((line) => `scout  ${line}`),
    )
    const together = (await site.marrow('logs')).out
    // The times of both streams were recorded: claude's are the earlier ones.
    expect(together.indexOf('scout  All is done.')).toBeLessThan(together.indexOf('painter  >'))
    expect(together).not.toContain('== ')
  })

  test('--since shows every run since then below a heading, and as JSON one step a line', async ({
    site,
    expect,
  }) => {
    await site.write({ scout: replay('claude', 2), painter: { agent_command: sh('echo red') } })
    await writeFile(join(site.workspace, 'go'), '')
    await site.start()
    await ended(site, 2)
    const { out } = await site.marrow('logs', 'scout', '--since', '1h')
    const [heading, ...lines] = out.trimEnd().split('\n')
    expect(heading).toMatch(/^== scout {2}scout-\S+ {2}\d\d:\d\d {2}succeeded$/)
    expect(lines).toEqual(claudeLines)
    const all = (await site.marrow('logs', '--since', '1h')).out
    expect(all).toContain('painter  red\n')
    const steps = (await site.marrow('logs', 'scout', '--since', '1h', '-o', 'json')).out
      .trimEnd()
      .split('\n')
    expect(steps.map((step): unknown => JSON.parse(step))).toMatchObject([
      {
        kind: 'call',
        agent: 'scout',
        tool: 'Bash',
        call: 'toolu_scripted_1',
        at: '2026-11-20T13:43:09.315Z',
      },
      { kind: 'returned', tool: 'Bash', call: 'toolu_scripted_1', failed: null },
      { kind: 'text', text: 'All is done.' },
      { kind: 'usage', usage: { input: 2_000, output: 80 }, cost_usd: 0.00964 },
    ])
    expect(await site.marrow('logs', '--since', 'soon')).toMatchObject({ code: 2, out: '' })
  })

  test('a run with very many lines is shown whole', async ({ site, expect }) => {
    await site.write({ counter: { agent_command: sh('yes 1 | head -n 200000') } })
    await site.start()
    await ended(site, 1)
    for (const words of [
      ['counter', '-n', '0'],
      ['counter', '--since', '1h'],
      ['-n', '0'],
      ['counter', '-n', '0', '-f'],
    ]) {
      const program = follow(site, 'logs', ...words)
      const code = await program.ended
      expect({ words, code, err: program.err(), lines: program.out().match(/1$/gm)?.length }).toEqual({
        words,
        code: 0,
        err: '',
        lines: 200_000,
      })
    }
  })
})
