import { describe, test } from 'vitest'
import { adapterFor, isAdapterName } from './adapters.ts'

const SESSION = '01a1f000-0000-7000-8000-000000000000'

describe('the words that open a conversation', () => {
  test.for<[string, string, string]>([
    ['claude', 'claude', `claude --resume ${SESSION}`],
    [
      'claude',
      'env A=b claude -p --output-format stream-json --verbose --model opus --max-turns 5 --add-dir a b --settings=s.json',
      `env A=b claude --resume ${SESSION} --model opus --add-dir a b --settings=s.json`,
    ],
    [
      'claude',
      'claude -p --append-system-prompt {prompt} --permission-mode acceptEdits',
      `claude --resume ${SESSION} --permission-mode acceptEdits`,
    ],
    ['claude', 'claude --resume old --session-id x --fork-session -c', `claude --resume ${SESSION}`],
    ['claude', 'npx @anthropic-ai/claude-code -p', `npx @anthropic-ai/claude-code --resume ${SESSION}`],
    [
      'opencode',
      'opencode run --format json -m loop/one --agent build --variant x',
      `opencode -m loop/one --agent build -s ${SESSION}`,
    ],
    ['opencode', 'opencode run --title={prompt} --auto words', `opencode --auto -s ${SESSION}`],
    [
      'codex',
      'codex -m one exec --json --skip-git-repo-check -s workspace-write -c a="b" -pwork -o out.txt -',
      `codex resume -m one -s workspace-write -c a="b" -pwork ${SESSION}`,
    ],
    [
      'gemini',
      'gemini -m one --approval-mode=yolo -o stream-json -p {prompt} --skip-trust',
      `gemini --resume ${SESSION} -m one --approval-mode=yolo --skip-trust`,
    ],
  ])('of %s, configured as "%s"', ([name, words, expected], { expect }) => {
    if (!isAdapterName(name)) throw new Error(`No adapter: ${name}`)
    expect(adapterFor(name).reopen(words.split(' '), SESSION)).toEqual({
      kind: 'works',
      words: expected.split(' '),
    })
  })

  test('are none for a command that marrow knows nothing of', ({ expect }) => {
    expect(adapterFor('generic').reopen(['./agent'], SESSION)).toMatchObject({ kind: 'refused' })
    expect(adapterFor('claude').reopen(['./agent'], SESSION)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('no word of its command'),
    })
  })

  test.for(['--dangerously-skip-permissions', '-p', '', 'a b', 'a;b', '../x', 'x'.repeat(300)])(
    'take nothing for the id of a conversation that could be something else: "%s"',
    (session, { expect }) => {
      for (const name of ['claude', 'codex', 'gemini', 'opencode'] as const)
        expect(adapterFor(name).reopen([name], session)).toMatchObject({ kind: 'refused' })
    },
  )
})

describe('whether it prints while it works', () => {
  test.for<[string, string, boolean | undefined]>([
    ['claude', 'claude -p', true],
    ['claude', 'claude -p --output-format json', false],
    ['claude', 'claude -p --output-format=stream-json', true],
    ['codex', 'codex exec', true],
    ['gemini', 'gemini', true],
    ['gemini', 'gemini -o json', false],
    ['gemini', 'gemini --output-format=stream-json', true],
    ['opencode', 'opencode run --format json', true],
    ['opencode', 'opencode run --format default', false],
    ['generic', './agent', undefined],
  ])('%s, configured as "%s": %s', ([name, words, expected], { expect }) => {
    if (!isAdapterName(name)) throw new Error(`No adapter: ${name}`)
    expect(adapterFor(name).streams(words.split(' '))).toBe(expected)
  })
})
