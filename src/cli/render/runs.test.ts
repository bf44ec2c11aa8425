import { test } from 'vitest'
import { sampleRun } from '../../../test/helpers/fake-daemon.ts'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import { runDetailLines, runLines } from './runs.ts'

test('runs are a table; one that goes on has no end yet', ({ expect }) => {
  const going = sampleRun({
    id: 'b',
    ended_at: null,
    duration_ms: null,
    outcome: null,
    ok: null,
    tokens: null,
    cost_usd: null,
    state: 'running',
  })
  const lines = runLines([going, sampleRun({ id: 'a' })], plainScreen()).map((line) =>
    line.replace(/\d\d:\d\d/, 'HH:MM'),
  )
  expect(lines).toEqual([
    'RUN  AGENT  STARTED  TOOK  OUTCOME    TOKENS     COST',
    'b    scout  HH:MM       -  running         -        -',
    'a    scout  HH:MM     13s  succeeded    5.3k  $0.0123',
  ])
})

test('tokens that nobody told are an estimate, and say so', ({ expect }) => {
  const untold = sampleRun({ tokens: null, usage: null, about_tokens: 12_400, cost_usd: null })
  expect(runLines([untold], plainScreen()).at(-1)).toMatch(/ about 12k {2,}-$/)
  expect(runDetailLines(untold, plainScreen())).toContain('tokens      about 12k')
})

test('no runs yet is said', ({ expect }) => {
  expect(runLines([], plainScreen())).toEqual(['(no runs yet)'])
})

test('everything on record of a run is shown, its last words at the end', ({ expect }) => {
  const lines = runDetailLines(
    sampleRun({ words: ['sh', '-c', "echo 'x y'"], role: 'l1/scout' }),
    plainScreen(),
  )
  expect(lines).toContain("command     sh -c 'echo '\\''x y'\\''' (opencode, pid 4300)")
  expect(lines).toContain('agent       scout as l1/scout')
  expect(lines).toContain('git         aaaaaaa..bbbbbbb')
  expect(lines).toContain('prompt      1 KiB in 1 layer: Core Rules 1000 B')
  const changed = lines.findIndex((line) => line.startsWith('changed'))
  expect(lines.slice(changed, changed + 2)).toEqual([
    'changed     1 commit, 2 files +12 -4',
    '            bbbbbbb Fix the failing test',
  ])
  expect(lines.slice(-2)).toEqual(['', 'Fixed the failing test.'])
})

test('the runs that led to a run, and what its prompt lacked, are shown', ({ expect }) => {
  const [layer] = sampleRun().layers
  if (layer === undefined) throw new Error('The sample has a layer.')
  const failed = { ...layer, name: 'weather', bytes: 0, failed: 'no answer within 15s' }
  const lines = runDetailLines(
    sampleRun({ lineage: ['lead-1', 'lead-2'], layers: [layer, failed] }),
    plainScreen(),
  )
  expect(lines).toContain('lineage     lead-1 > lead-2')
  expect(lines).toContain(
    'prompt      1 KiB in 2 layers: Core Rules 1000 B, weather failed: no answer within 15s',
  )
})

function guardLine(changes: Parameters<typeof sampleRun>[0]): string | undefined {
  return runDetailLines(sampleRun(changes), plainScreen()).find((one) => one.startsWith('guards'))
}

test('how the guards of a run stand is shown where it had to show them', ({ expect }) => {
  expect(guardLine({ guard: 'proven' })).toBe('guards      proven')
  expect(guardLine({ guard: 'missing' })).toBe('guards      not in force')
  expect(guardLine({ guard: 'asked' })).toBe('guards      not shown: it ended before')
  expect(guardLine({ guard: 'asked', outcome: null })).toBe('guards      not shown yet')
  expect(guardLine({ guard: null })).toBeUndefined()
})

test('what is not known has no line', ({ expect }) => {
  const lines = runDetailLines(
    sampleRun({ usage: null, tokens: null, cost_usd: null, git: null, result: null, cli_session: null }),
    plainScreen(),
  )
  expect(lines.filter((line) => /^(tokens|cost|git|cli)/.test(line))).toEqual([])
})

test.for([
  [{ before: 'a', after: 'a', changed: false }, 'a, nothing changed'],
  [{ before: 'a', after: 'a', changed: true }, 'a, with changes'],
  [{ before: 'a', after: 'b', changed: true }, 'a..b'],
  [{ before: 'a', after: null, changed: false }, 'a, nothing changed'],
] as const)('git %j is told as %s', ([git, wanted], { expect }) => {
  expect(runDetailLines(sampleRun({ git }), plainScreen())).toContain(`git         ${wanted}`)
})
