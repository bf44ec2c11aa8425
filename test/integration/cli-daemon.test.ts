/**
 * The built daemon with the other real agent CLIs: each works, is ended at its deadline with all that it started, and
 * is not started where it would quietly do something else. Codex and Gemini CLI are fetched for scripts/test-long only.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect as check } from 'vitest'
import { systemProcesses, type ProcessRow } from '../../src/platform/processes.ts'
import { openClaudeWorld } from '../helpers/claude.ts'
import { openCliDaemon, type CliAgent, type CliDaemon } from '../helpers/cli-daemon.ts'
import { findCli, type CliWorld } from '../helpers/cli-world.ts'
import { openCodexWorld } from '../helpers/codex.ts'
import { eventually } from '../helpers/eventually.ts'
import { processInside } from '../helpers/inside.ts'
import { openGeminiWorld } from '../helpers/gemini.ts'
import { test } from '../helpers/temp-dir.ts'

interface Cli {
  readonly name: 'claude' | 'codex' | 'gemini'
  readonly open: (dir: string) => Promise<CliWorld & { readonly env: Readonly<Record<string, string>> }>
  /** Behind the program; the workspace lies outside of the work_dir. */
  readonly words: (workspace: string) => string[]
  /** A call of its shell tool, as the model would make it. */
  readonly shell: (command: string) => string
  /** Words that it would go past in silence, and what marrow says instead of starting it. */
  readonly refused?: { readonly words: readonly string[]; readonly says: RegExp }
}

const clis: readonly Cli[] = [
  {
    name: 'claude',
    open: openClaudeWorld,
    words: (workspace) => ['--allowedTools', 'Bash', '--add-dir', workspace],
    shell: (command) => `[[tool Bash ${JSON.stringify({ command, description: 'scripted' })}]]`,
    refused: { words: ['--settings', 'broken.json'], says: /^not started: .*broken\.json is not JSON: / },
  },
  {
    name: 'codex',
    open: openCodexWorld,
    words: () => ['exec', '--sandbox', 'danger-full-access'],
    shell: (command) => `[[bash ${command}]]`,
    refused: { words: ['--profile', 'nobody'], says: /^not started: codex has no profile "nobody": / },
  },
  {
    name: 'gemini',
    open: openGeminiWorld,
    words: () => ['-m', 'gemini-scripted', '--approval-mode', 'yolo', '--skip-trust'],
    shell: (command) => `[[bash ${command}]]`,
  },
]

const DEADLINE_SECONDS = 20

describe.each(clis)('marrow run with the real $name', ({ name, open, words, shell, refused }) => {
  const binary = findCli(name)

  test.skipIf(binary === undefined)('works, and leaves nothing', async ({ dir, expect }) => {
    await using world = await open(dir)
    await using daemon = openCliDaemon(world, dir, world.env)
    const command = [binary ?? '', ...words(daemon.workspace)]
    const notes = join(daemon.workspace, 'runtime/notes/sleeper')
    writeFileSync(join(world.workDir, 'broken.json'), '{"permissions": ')
    const agents: CliAgent[] = [
      { name: 'worker', role: `${shell('echo hello > made.txt')} [[text All is done.]]\n`, command },
      {
        name: 'sleeper',
        role: `${shell(`mkdir -p ${notes}; echo $$ > ${notes}/tool; exec python3 -c "import time; time.sleep(900)"`)} [[hang]]\n`,
        command,
        keys: { heartbeat_timeout: DEADLINE_SECONDS },
      },
      ...(refused === undefined
        ? []
        : [{ name: 'misled', role: '[[text fine]]\n', command: [...command, ...refused.words] }]),
    ]
    mkdirSync(notes, { recursive: true })
    daemon.configure(agents)
    await daemon.start()
    const asleep = seeTool(daemon, join(notes, 'tool'))
    asleep.catch(() => {}) // Whoever waits for it tells.
    await hasWorked(world, daemon)
    if (refused !== undefined) expect((await daemon.ended('misled', 1)).outcome).toMatch(refused.says)
    const tool = await asleep
    expect(await daemon.ended('sleeper', 1)).toMatchObject({
      ok: false,
      outcome: 'ended by deadline',
      isolated_by: 'bubblewrap',
    })
    expect(systemProcesses.list().filter(({ pid, zombie }) => pid === tool.pid && !zombie)).toEqual([])
    expect(await daemon.end('SIGTERM')).toBe('0')
    expect(daemon.complaints()).toEqual([])
  })
})

/** Looked for at once: by the time that the others have worked it may be over. */
async function seeTool(daemon: CliDaemon, told: string): Promise<ProcessRow> {
  return eventually(
    'the tool',
    async () => {
      const [run] = await daemon.runs('sleeper')
      const pid = existsSync(told) ? Number(readFileSync(told, 'utf8')) : 0
      return pid > 0 ? processInside(run?.id ?? '', pid) : undefined
    },
    60_000,
  )
}

async function hasWorked(world: CliWorld, daemon: CliDaemon): Promise<void> {
  const run = await daemon.ended('worker', 1)
  check(run).toMatchObject({
    ok: true,
    outcome: 'succeeded',
    result: 'All is done.',
    cli_session: check.stringMatching(/./),
    usage: { output: check.any(Number) },
  })
  check(run.tokens).toBeGreaterThan(1_000)
  check(readFileSync(join(world.workDir, 'made.txt'), 'utf8')).toBe('hello\n')
  const steps = (await daemon.marrow('show', 'worker', '--steps')).trimEnd().split('\n')
  check(steps.filter((line) => /^> \S+: .*echo hello > made\.txt/.test(line))).toHaveLength(1)
  check(steps.at(-1)).toBe('All is done.')
}
