/** The words in front of a command, as they are started: by prlimit where it is, and as on a system without it. */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../../test/helpers/temp-dir.ts'
import { rlimitWords } from './limit-words.ts'
import { planLimits, type LimitFacts } from './limits.ts'

const PRLIMIT = '/usr/bin/prlimit'
const withoutPrlimit: LimitFacts = { cgroups: undefined, prlimit: undefined }
const machines = existsSync(PRLIMIT)
  ? [withoutPrlimit, { ...withoutPrlimit, prlimit: PRLIMIT }]
  : [withoutPrlimit]

/** Starts a command whose files may have so many bytes. */
function limited(facts: LimitFacts, fileBytesMax: number, command: readonly string[]) {
  const limits = { memoryBytes: undefined, processesMax: undefined, fileBytesMax }
  const plan = planLimits(limits, facts, { cgroupName: '', wall: undefined, root: false }) ?? null
  const [program = '', ...words] = [...rlimitWords(plan, facts), ...command]
  const { status, signal, stdout } = spawnSync(program, words, { encoding: 'utf8' })
  return { status, signal, stdout }
}

test.for(machines)(
  'a file grows to its limit and no further (prlimit: $prlimit)',
  (facts, { dir, expect }) => {
    const path = join(dir, 'file')
    const write = (bytes: number) => [
      'sh',
      '-c',
      'exec head -c "$1" /dev/zero >"$2"',
      'sh',
      String(bytes),
      path,
    ]
    expect(limited(facts, 1_024_000, write(1_024_000))).toMatchObject({ status: 0 })
    expect(limited(facts, 1_024_000, write(1_024_001))).toMatchObject({ signal: 'SIGXFSZ' })
    expect(statSync(path).size).toBe(1_024_000)
  },
)

test.for(machines)('the words behind it arrive as they are (prlimit: $prlimit)', (facts, { expect }) => {
  const words = ['--', '-n', '', 'a b', '$HOME', '*', "'", '"', 'new\nline']
  expect(limited(facts, 512, ['printf', '[%s]', ...words])).toMatchObject({
    status: 0,
    stdout: words.map((word) => `[${word}]`).join(''),
  })
})
