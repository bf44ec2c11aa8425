/** The examples in the README for other programs: each line is run as it stands there, by a shell and curl, on a real daemon. */
import { readFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ExpectStatic } from 'vitest'
import { eventually } from '../helpers/eventually.ts'
import { startProgram } from '../helpers/programs.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../helpers/spawned-daemon.ts'

const SECTION = 'From your own programs'

/** What a line must print. A stream is read until its text matches, then ended as Ctrl-C would. */
type Wanted =
  | { readonly answer: (answer: unknown, expect: ExpectStatic) => void }
  | { readonly text: RegExp }
  | { readonly stream: RegExp; readonly stir: (daemon: SpawnedDaemon) => Promise<unknown> }

const json = (shape: object): Wanted => ({ answer: (answer, expect) => expect(answer).toMatchObject(shape) })
const succeeded = { agent: 'scout', state: 'ended', outcome: 'succeeded' }

/** By what stands behind the name of the socket. */
const wanted: Readonly<Record<string, Wanted>> = {
  'http://marrow/health': { answer: (answer, expect) => expect(answer).toEqual({ status: 'ok' }) },
  'http://marrow/status': json({ agents: { scout: { name: 'scout', tick_count: 1 } }, paused: null }),
  "'http://marrow/runs?limit=5'": json({ runs: [succeeded] }),
  [`http://marrow/tasks -d '{"title": "Check the backups", "body": "Are all of last week there?"}'`]: {
    answer: (answer, expect) => {
      const path = /"path":"([^"]+)"/.exec(JSON.stringify(answer))?.[1] ?? ''
      expect(answer).toMatchObject({ ok: true, next: expect.stringMatching(/\S/) })
      expect(readFileSync(path, 'utf8')).toMatch(/Check the backups[^]*Are all of last week there\?/)
    },
  },
  [`http://marrow/wake -d '{"agent": "scout", "reason": "the build is red"}'`]: json({
    ok: true,
    agent: 'scout',
  }),
  [`http://marrow/run-once -d '{"agents": ["scout"]}'`]: json({ ticks: [{ agent: 'scout', ok: true }] }),
  "'http://marrow/journal?kind=run.ended&agent=scout&limit=20'": {
    answer: (answer, expect) => {
      expect(answer).toMatchObject({ next_after: expect.any(Number) })
      expect(answer).toHaveProperty(
        'events[0]',
        expect.objectContaining({ kind: 'run.ended', agent: 'scout' }),
      )
    },
  },
  'http://marrow/events': {
    stream: /^event: work\.paused\ndata: \{.*"kind":"work\.paused"/m,
    stir: (daemon) => daemon.ask('pause', { agent: 'scout' }),
  },
  "-H 'Last-Event-ID: 12' 'http://marrow/events?kind=run'": {
    stream: /^id: (?:1[3-9]|[2-9]\d|\d{3,})\nevent: run\.\w+\ndata: /m,
    stir: (daemon) => daemon.ask('runOnce', { agents: ['scout'] }),
  },
  'http://marrow/metrics': { text: /^marrow_ticks_total\{[^}]*\} \d+$/m },
  'http://marrow/openapi.json': json({ openapi: '3.1.0', paths: { '/wake': {} } }),
}

/** The lines of all shell blocks of the section, without the comments. */
function examples(): string[] {
  const readme = readFileSync('README.md', 'utf8')
  const section = readme.split(/^## /m).find((part) => part.startsWith(`${SECTION}\n`)) ?? ''
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block ?? '')
  const lines = blocks.join('').split('\n')
  return lines.map((line) => line.replace(/(^| +)# .*$/, '')).filter((line) => line !== '')
}

test('every line works as it stands there, and prints what it says', async ({ site, expect }) => {
  const [socketLine = '', ...lines] = examples()
  expect(socketLine).toMatch(/^SOCKET=/)
  expect(lines.map(keyOf)).toEqual(Object.keys(wanted))

  await site.write({ scout: { agent_command: sh('echo done') } })
  const home = await atHome(site)
  const daemon = await site.start()
  await eventually('the first run', async () => {
    const [run] = (await daemon.ask('runs', {})).runs
    return run?.state === 'ended' ? run : undefined
  })
  for (const line of lines) {
    const curl = startProgram('sh', ['-c', `${socketLine}\nexec ${line} # ${site.dir}`], { HOME: home })
    const what = wanted[keyOf(line)]
    if (what && 'stream' in what) {
      await eventually(line, async () => {
        await what.stir(daemon) // Again and again: nobody knows when curl has begun to listen.
        return what.stream.test(curl.out()) || undefined
      })
      curl.signal('SIGINT')
      expect(await curl.ended).toBe('SIGINT')
      continue
    }
    expect({ line, code: await curl.ended }).toEqual({ line, code: 0 })
    if (what && 'text' in what) expect(curl.out()).toMatch(what.text)
    if (what && 'answer' in what) what.answer(JSON.parse(curl.out()), expect)
  }
})

/** A home in which the state of the site is where the README says it is by default. */
async function atHome(site: Site): Promise<string> {
  const home = join(site.dir, 'home')
  const state = join(home, '.local/state/marrow')
  await mkdir(dirname(state), { recursive: true })
  await symlink(site.stateDir, state)
  return home
}

function keyOf(line: string): string {
  return line.replace(/^curl (-N )?--unix-socket "\$SOCKET" /, '')
}
