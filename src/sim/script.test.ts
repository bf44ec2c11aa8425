import { describe, test } from 'vitest'
import { generic } from '../agents/generic/generic.ts'
import { opencode } from '../agents/opencode/opencode.ts'
import {
  composeScript,
  dependsOnRun,
  describeWords,
  linesOfRun,
  readCommandLine,
  readScriptFile,
  type Line,
} from './script.ts'
import { vocabulary, type Step } from './words.ts'

const prompt = '--- [Core Rules] ---\n--work 5s\n'
const request = {
  promptVia: 'stdin',
  promptPlaced: false,
  prompt,
  promptFile: '/run/prompt',
  workDir: '/work',
  workspace: '/space',
} as const

function stepsOf(...argv: string[]): readonly Step[] {
  const { lines, jsonFormat, problems } = readCommandLine(argv)
  const composed = composeScript(lines, jsonFormat)
  if (problems.length + composed.problems.length > 0)
    throw new Error([...problems, ...composed.problems].join())
  return composed.script.steps
}

describe('readCommandLine', () => {
  test('finds the prompt where the generic adapter puts it', ({ expect }) => {
    const { words } = generic.words({ ...request, promptVia: 'argument', words: ['--work', '2s'] })
    expect(readCommandLine(words)).toMatchObject({
      lines: [{ word: 'work', value: '2s' }],
      prompt: { in: 'argument', text: prompt },
      problems: [],
    })
    const long = generic.words({ ...request, promptVia: 'argument', prompt: 'x'.repeat(200_000), words: [] })
    expect(readCommandLine(long.words).prompt).toEqual({ in: 'stdin' })
    const { words: named } = generic.words({ ...request, promptVia: 'file', words: ['--work', '2s'] })
    expect(readCommandLine(named)).toMatchObject({
      prompt: { in: 'file', path: '/run/prompt' },
      problems: [],
    })
  })

  test('takes the words of opencode for opencode', ({ expect }) => {
    const { words } = opencode.words({
      ...request,
      words: ['run', '--agent', 'scout', '-m', 'a/b', '--auto'],
    })
    expect(readCommandLine(words)).toMatchObject({
      lines: [],
      prompt: { in: 'stdin' },
      jsonFormat: true,
      problems: [],
    })
    expect(readCommandLine(['run', '--format=json']).jsonFormat).toBe(true)
  })

  test('takes a prompt that the operator placed, whatever it looks like', ({ expect }) => {
    expect(readCommandLine(['--work', '2s', prompt]).prompt).toEqual({ in: 'argument', text: prompt })
    expect(readCommandLine(['--prompt-file', '/run/prompt']).prompt).toEqual({
      in: 'file',
      path: '/run/prompt',
    })
  })

  test('does not take a forgotten dash for a prompt', ({ expect }) => {
    expect(readCommandLine(['work', '2s']).problems).toEqual([
      'there is no "work"; words begin with two dashes, such as --work',
    ])
  })
})

describe('composeScript', () => {
  test.for<[string[], object]>([
    [['--work', '1m30s'], { does: 'work', ms: 90_000 }],
    [['--say=a b'], { does: 'say', text: 'a b' }],
    [['--complete-tasks'], { does: 'complete-tasks', count: 1_000_000 }],
    [['--complete-tasks', '2'], { does: 'complete-tasks', count: 2 }],
    [
      ['--handoff', 'bob: look: here'],
      { does: 'handoff', to: 'bob', text: 'look: here', onlyAfterTask: false },
    ],
    [['--handoff-after-task', 'bob'], { does: 'handoff', to: 'bob', onlyAfterTask: true }],
    [['--change-file', 'a/b.txt'], { does: 'change-file', path: 'a/b.txt', text: undefined }],
    [['--fork'], { does: 'fork', child: { ms: 60_000, session: false, deaf: false } }],
    [['--fork', 'session,deaf,5s'], { does: 'fork', child: { ms: 5_000, session: true, deaf: true } }],
    [['--flood', '1GB'], { does: 'flood', bytes: 1e9, to: 'stdout' }],
    [['--flood', '64KB:stderr'], { does: 'flood', bytes: 64_000, to: 'stderr' }],
    [['--rate-limit', '30s'], { does: 'fail', mishap: { kind: 'rate-limit', retryAfterMs: 30_000 } }],
    [['--eat', '1GiB'], { does: 'eat', bytes: 1_073_741_824 }],
    [['--fork-bomb', '100'], { does: 'fork-bomb', count: 100 }],
    [['--write-file', '5MB'], { does: 'write-file', bytes: 5e6, path: 'large.bin' }],
    [['--write-file', '1KB:a/b.bin'], { does: 'write-file', bytes: 1_000, path: 'a/b.bin' }],
    [['--exit', '7'], { does: 'exit', code: 7 }],
    [['--die', 'kill'], { does: 'die', signal: 'SIGKILL' }],
  ])('reads %j', ([argv, step], { expect }) => {
    expect(stepsOf(...argv)).toMatchObject([step])
  })
})

describe('composeScript of several words', () => {
  test('keeps the order and does not take the next word for a value that may be left out', ({ expect }) => {
    const steps = stepsOf('--complete-tasks', '--fork', '--work', '1s', '--hang')
    expect(steps.map(({ does }) => does)).toEqual(['complete-tasks', 'fork', 'work', 'hang'])
  })

  test('puts the settings of the run together', ({ expect }) => {
    const { lines } = readCommandLine([
      '--as',
      'opencode',
      '--usage',
      'in=5,cost=0.25',
      '--task-ticks=3',
      '--ignore-term',
    ])
    expect(composeScript(lines, false).script).toEqual({
      as: 'opencode',
      usage: { input: 5, costUsd: 0.25 },
      session: undefined,
      taskTicks: 3,
      ignoreTerm: true,
      steps: [],
    })
  })

  test('names every mistake at once, each with its place', ({ expect }) => {
    const wrong: [string, string][] = [
      ['wrok', '2s'],
      ['work', 'soon'],
      ['exit', '256'],
      ['say', ''],
      ['hang', 'now'],
      ['handoff', '../x'],
      ['usage', 'in=1.5'],
      ['fork', 'loud'],
      ['task-ticks', '0'],
      ['toString', ''],
    ]
    const lines: Line[] = wrong.map(([word, value], index) => ({ word, value, place: `s:${index + 1}` }))
    const { problems } = composeScript(lines, false)
    expect(problems).toHaveLength(wrong.length)
    expect(problems[1]).toBe('s:2: cannot read "soon"; work is written work TIME')
  })
})

describe('readScriptFile', () => {
  const file = readScriptFile(
    [
      '# demo',
      'work 1s',
      '[run 1]',
      '  say first # not a comment',
      '[run 2-3]',
      'say second',
      '[run 9+]',
      'exit 1',
      '[other runs]',
      'hang',
    ].join('\n'),
    'demo.txt',
  )
  const wordsOf = (run: number) => linesOfRun(file, run).map(({ word, value }) => `${word} ${value}`.trim())

  test('has a part for each run', ({ expect }) => {
    expect(file.problems).toEqual([])
    expect(dependsOnRun(file)).toBe(true)
    expect(wordsOf(1)).toEqual(['work 1s', 'say first # not a comment'])
    expect(wordsOf(3)).toEqual(['work 1s', 'say second'])
    expect(wordsOf(4)).toEqual(['work 1s', 'hang'])
    expect(wordsOf(100)).toEqual(['work 1s', 'exit 1'])
    expect(linesOfRun(file, 1)[1]?.place).toBe('demo.txt:4')
  })

  test('says where a part is written wrongly', ({ expect }) => {
    const { problems } = readScriptFile('[run x]\nwork 1s', 'demo.txt')
    expect(problems).toEqual(['demo.txt:1: a part begins with [run 1], [run 2-4], [run 5+] or [other runs]'])
    expect(dependsOnRun(readScriptFile('work 1s', 'demo.txt'))).toBe(false)
  })
})

test('the help names every word', ({ expect }) => {
  for (const word of Object.keys(vocabulary)) expect(describeWords()).toContain(`--${word}`)
})
