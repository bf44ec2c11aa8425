/** Much in and much out: prompts of a MiB, output of a GB. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { marrowProgram, sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

const MIB = 1024 * 1024
const SLOW_MS = 60_000
const ARGUMENT_BYTES_MAX = 131_071 // Of one argument; Linux counts the NUL behind it.

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex')
}

/** The operator's rules, as long as asked for: letters of one, two, three and four bytes, quotes and what a shell would read; with a dot at their end, where a line break would be no part of a prompt. */
function writeRules(site: Site, bytes: number): string {
  const line = `'quoted' "twice" $HOME \`date\` \\n ü € 🦀 %s -- - \t end\n`
  const text = line.repeat(Math.floor((bytes - 1) / Buffer.byteLength(line)))
  const rules = `${text}${'.'.repeat(bytes - Buffer.byteLength(text))}`
  writeFileSync(join(dirname(site.configPath), 'rules.md'), rules)
  return rules
}

/** Prints the digest of a file, or of its stdin. */
function printDigest(file = ''): string {
  return `sha256sum ${file} | cut -d " " -f 1`
}

async function endOf(daemon: SpawnedDaemon, agent: string) {
  const { id, outcome } = await eventually(
    `the end of ${agent}`,
    async () => (await daemon.ask('runs', { agent })).runs.find(({ state }) => state === 'ended'),
    SLOW_MS,
  )
  const { folder, result } = await daemon.ask('showRun', { id })
  return { outcome, folder, printed: result?.trim().split(/\s+/) ?? [] }
}

describe('a prompt of 1 MiB', () => {
  test('arrives byte for byte: on stdin, in a file, and at a command that wants it as an argument', async ({
    site,
    expect,
  }) => {
    const rules = writeRules(site, MIB)
    await site.write(
      {
        stdin: { agent_command: sh(printDigest()), prompt_via: '"stdin"' },
        file: {
          agent_command: JSON.stringify(['sh', '-c', printDigest('"$1"'), 'agent', '{prompt_file}']),
          prompt_via: '"file"',
        },
        // Prints its last two words, then what came on stdin.
        argument: { agent_command: sh(`shift $(($# - 2)); echo "$@"; ${printDigest()}`) },
      },
      { max_concurrent_runs: '3' },
    )
    const daemon = await site.start()
    for (const agent of ['stdin', 'file', 'argument']) {
      const { outcome, folder, printed } = await endOf(daemon, agent)
      const prompt = readFileSync(join(folder, 'prompt'))
      expect(outcome).toBe('succeeded')
      expect(prompt.toString()).toContain(rules)
      expect(printed.at(-1), agent).toBe(sha256(prompt))
      if (agent === 'argument') expect(printed.slice(0, 2)).toEqual(['--', '-'])
    }
  })

  test('wakes of half a MiB each, merged into one, arrive whole', async ({ site, expect }) => {
    await site.write({ scout: { agent_command: sh('sha256sum'), prompt_via: '"stdin"' } })
    const daemon = await site.start()
    await endOf(daemon, 'scout')
    await daemon.ask('pause', {})
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(400_000))
    for (const prompt of texts) await daemon.ask('wake', { agent: 'scout', prompt })
    await daemon.ask('resume', {})
    await eventually('the second run to end', async () =>
      (await daemon.ask('runs', {})).runs.filter(({ state }) => state === 'ended').length === 2
        ? true
        : undefined,
    )
    const { folder, printed } = await endOf(daemon, 'scout')
    const prompt = readFileSync(join(folder, 'prompt'), 'utf8')
    for (const text of texts) expect(prompt).toContain(text)
    expect(printed[0]).toBe(sha256(prompt))
  })
})

describe('a prompt near the longest argument that there is', () => {
  test('goes as an argument up to that length, and by stdin from the next byte on', async ({
    site,
    expect,
  }) => {
    // A line break at its end would be cut off by the shell; the base instruction or a block ends the prompt without one.
    const says = 'for last; do :; done; printf %s "$last" | sha256sum; wc -c'
    await site.write({ scout: { agent_command: sh(says) } })
    const daemon = await site.start()
    writeRules(site, 1_000)
    await site.marrow('run-once', 'scout')
    const { folder } = await endOf(daemon, 'scout')
    const others = statSync(join(folder, 'prompt')).size - 1_000
    for (const [bytes, asArgument] of [
      [ARGUMENT_BYTES_MAX, true],
      [ARGUMENT_BYTES_MAX + 1, false],
    ] as const) {
      writeRules(site, bytes - others)
      expect(await site.marrow('run-once', 'scout')).toMatchObject({ code: 0 })
      const run = await endOf(daemon, 'scout')
      const prompt = readFileSync(join(run.folder, 'prompt'))
      expect(prompt.length).toBe(bytes)
      expect(run.printed[0]).toBe(sha256(asArgument ? prompt : '-'))
      expect(run.printed.at(-1)).toBe(asArgument ? '0' : String(bytes))
    }
  })
})

describe('an agent that prints 1 GB', () => {
  test(
    'fills no disk, does not slow the daemon, and ends with its real code',
    { timeout: 300_000 },
    async ({ site, expect }) => {
      const words = [
        marrowProgram,
        'sim',
        'agent',
        '--flood',
        '1GB',
        '--flood',
        '100MB:stderr',
        '--exit',
        '7',
      ]
      await site.write({ flood: { agent_command: JSON.stringify(words) } })
      const daemon = await site.start()
      const waits: number[] = []
      const run = await eventually(
        'the end of the flood',
        async () => {
          const asked = performance.now()
          await daemon.ask('health', {})
          waits.push(performance.now() - asked)
          const { runs } = await daemon.ask('runs', {})
          return runs[0]?.state === 'ended' ? runs[0] : undefined
        },
        240_000,
      )
      expect(run.outcome).toBe('failed: exited with code 7')
      const { folder } = await daemon.ask('showRun', { id: run.id })
      const kept = ['stdout', 'stderr'].map((stream) => statSync(join(folder, stream)).size)
      expect(kept).toEqual([64 * MIB, 64 * MIB])
      // One answer may wait for a machine that does other things; most may not.
      waits.sort((one, other) => one - other)
      expect(waits.length).toBeGreaterThan(20)
      expect(waits[Math.floor(waits.length * 0.9)]).toBeLessThan(200)
      expect(waits.at(-1)).toBeLessThan(2_000)
    },
  )
})
