import { describe, test } from 'vitest'
import { claude } from './claude/claude.ts'
import { codex } from './codex/codex.ts'
import { gemini } from './gemini/gemini.ts'
import { opencode } from './opencode/opencode.ts'
import { endOfFlags, environmentAt, programIn } from './program-place.ts'

const name = /(?:^|\/)claude$/

describe('the place of the agent CLI among the words', () => {
  test.for<[string, number, number]>([
    ['claude -p', 0, 2],
    ['/opt/claude -- x', 0, 1],
    ['bwrap --bind / / -- claude -p', 5, 7],
    ['bwrap --bind / / -- claude -- -p', 5, 6],
    ['sudo -u claude claude -p', 3, 5],
    ['docker exec -i claude claude', 4, 5],
    ['npx --yes claude', 2, 3],
    ['claude --agent claude', 0, 3],
    ['./my-agent -p', -1, 2],
  ])('in %s', ([line, place, end], { expect }) => {
    const words = line.split(' ')
    expect(programIn(words, name)).toBe(place)
    expect(endOfFlags(words, place)).toBe(end)
  })

  test.for<[string, string | undefined]>([
    ['claude', '/home/me'],
    ['env -i FOO=bar HOME=/srv/agent nice -n 10 claude', '/srv/agent'],
    ['timeout 5m claude', '/home/me'],
    ['npx -y claude', '/home/me'],
    ['ssh box claude', undefined],
    ['docker run --rm image claude', undefined],
    ['./my-agent', undefined],
  ])('%s looks for its files below %s', ([line, home], { expect }) => {
    const words = line.split(' ')
    expect(environmentAt(words, programIn(words, name), { HOME: '/home/me' })?.['HOME']).toBe(home)
  })
})

describe('flags go behind the agent CLI and not to its wrapper', () => {
  const request = {
    promptVia: 'stdin',
    promptPlaced: false,
    prompt: 'Work.',
    promptFile: '/run/prompt',
    workDir: '/project',
    workspace: '/space',
  } as const

  test.for([
    [claude, 'systemd-run --user --scope -p A=b -- claude', ' -p --output-format stream-json --verbose'],
    [claude, 'unshare -fp claude', ' -p --output-format stream-json --verbose'],
    [codex, 'bwrap --bind / / -- codex exec', ' --json'],
    [gemini, 'sudo -u gemini gemini', ' --output-format stream-json'],
    [opencode, 'env -- opencode run', ' --format json'],
    [opencode, 'npx opencode-ai@latest run', ' --format json'],
  ] as const)('%#: %s', ([adapter, line, added], { expect }) => {
    expect(adapter.words({ ...request, words: line.split(' ') }).words.join(' ')).toBe(line + added)
  })

  test('flags that are ended already are not ended again', ({ expect }) => {
    const words = ['opencode', 'run', '--']
    expect(opencode.words({ ...request, words, promptVia: 'argument' }).words).toEqual(
      'opencode run --format json -- Work.'.split(' '),
    )
  })

  test('a prompt that is an argument stands behind the flags of the CLI', ({ expect }) => {
    const words = 'bwrap --bind / / -- claude --allowedTools Bash'.split(' ')
    const delivery = claude.words({ ...request, words, promptVia: 'argument' })
    expect(delivery.words.slice(-2)).toEqual(['--', 'Work.'])
  })
})
