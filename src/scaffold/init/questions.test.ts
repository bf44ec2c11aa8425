import { describe, test } from 'vitest'
import type { FoundCli, FoundFolder, Lookup } from './facts.ts'
import type { Question } from './question.ts'
import {
  cliQuestion,
  commandsQuestion,
  everyQuestion,
  folderQuestion,
  limitQuestion,
  noticeQuestion,
  pushQuestion,
  tickQuestion,
} from './questions.ts'

const claude: FoundCli = {
  name: 'claude',
  path: '/opt/bin/claude',
  version: '2.1.328',
  login: { state: 'out', how: 'claude auth login' },
}
const codex: FoundCli = {
  name: 'codex',
  path: '/opt/bin/codex',
  version: undefined,
  login: { state: 'in', by: undefined },
}

const folders: Readonly<Record<string, FoundFolder>> = {
  '/src/site': { kind: 'folder', path: '/src/site', repository: { remote: 'git@git.example:site.git' } },
  '/src/taken': { kind: 'folder', path: '/src/taken', repository: undefined },
}

const look: Lookup = {
  folder: (written) =>
    Promise.resolve(
      folders[written] ?? { kind: 'unusable', reason: `${written} does not exist`, fix: 'Make it.' },
    ),
  program: (word) => (word === 'my-agent' ? '/opt/bin/my-agent' : undefined),
  keyProblem: (path) => Promise.resolve(path.endsWith('locked') ? 'it has a passphrase' : undefined),
  isSet: (variable) => variable === 'GITHUB_TOKEN',
  path: (written) => written.replace('~', '/home/me'),
}

const remote = { remote: 'git@git.example:site.git' }
const facts = {
  clis: [claude, codex],
  folder: '/src/site',
  noWall: undefined,
  tokens: ['GITHUB_TOKEN'],
  keys: ['/home/me/.ssh/id_ed25519'],
  desktop: true,
  existing: {
    path: '/etc/marrow.toml',
    projects: ['default'],
    workDirs: [{ path: '/src/taken', agent: 'conductor' }],
    hasNotify: false,
  },
}

async function valueOf(question: Question<unknown>, answer: string): Promise<unknown> {
  const checked = await question.check(answer)
  return checked.ok ? checked.value : `${checked.reason}. ${checked.fix}`
}

describe('what is offered was checked', () => {
  test('the first agent CLI that is logged in, each with its version and its login', ({ expect }) => {
    const { usual, choices } = cliQuestion(facts, look)
    expect(usual).toBe('codex')
    expect(choices?.map(({ label }) => label)).toEqual([
      'claude 2.1.328, not logged in: claude auth login',
      'codex, logged in',
      'another command',
    ])
  })

  test('the key that is a login is named, and nothing is claimed of one that cannot be asked', ({
    expect,
  }) => {
    const clis: FoundCli[] = [
      { ...claude, login: { state: 'in', by: 'ANTHROPIC_API_KEY' } },
      { ...codex, login: { state: 'unknown', how: 'codex login' } },
    ]
    expect(cliQuestion({ clis }, look).choices?.map(({ label }) => label)).toEqual([
      'claude 2.1.328, logged in by ANTHROPIC_API_KEY',
      'codex; whether it is logged in, its first run will tell',
      'another command',
    ])
  })

  test('without an agent CLI nothing is offered', ({ expect }) => {
    const { usual, found } = cliQuestion({ clis: [] }, look)
    expect(usual).toBeUndefined()
    expect(found).toEqual([
      'None of claude, codex, gemini and opencode is on PATH; any other command works too.',
    ])
  })

  test('commands without asking only where the wall was found to hold', ({ expect }) => {
    expect(commandsQuestion(facts).usual).toBe('yes')
    const { usual, found } = commandsQuestion({ noWall: { reason: 'bwrap is missing', fix: 'Install it.' } })
    expect(usual).toBe('no')
    expect(found).toEqual([
      'Nothing would keep it from the rest of this machine: bwrap is missing.',
      'Install it.',
    ])
  })

  test('pushing, with every token and key that is there', ({ expect }) => {
    const { ask, usual, choices } = pushQuestion(facts, remote, look)
    expect(ask).toBe('May it push to git.example, and with what?')
    expect(usual).toBe('no')
    expect(choices?.map(({ answer }) => answer)).toEqual([
      'no',
      'GITHUB_TOKEN',
      '/home/me/.ssh/id_ed25519',
      undefined,
    ])
  })

  test('a limit in what the agent CLI tells of itself', ({ expect }) => {
    expect(
      (['claude', 'opencode', 'codex', 'gemini', undefined] as const).map((cli) => limitQuestion(cli).usual),
    ).toEqual(['$5', '$5', '5M tokens', '5M tokens', '200 runs'])
  })

  test('the desktop only where there is one', ({ expect }) => {
    expect(noticeQuestion(facts, look).usual).toBe('desktop')
    expect(noticeQuestion({ desktop: false }, look).usual).toBe('none')
  })

  test('every answer that is offered is a right one', async ({ expect }) => {
    const questions: Question<unknown>[] = [
      cliQuestion(facts, look),
      folderQuestion(facts, look),
      commandsQuestion(facts),
      pushQuestion(facts, remote, look),
      everyQuestion(),
      limitQuestion('codex'),
      noticeQuestion(facts, look),
      tickQuestion(),
    ]
    for (const { id, usual, choices, check } of questions) {
      const offered = [usual, ...(choices ?? []).map(({ answer }) => answer)].filter(
        (one) => one !== undefined,
      )
      for (const answer of offered) expect([id, answer, (await check(answer)).ok]).toEqual([id, answer, true])
    }
  })
})

const bad = "'"

/** What answers mean, or what is said of them. */
function said(question: Question<unknown>, answers: Readonly<Record<string, unknown>>) {
  return { question, answers }
}

describe('a wrong answer is told why, and what to answer', () => {
  const questions = [
    said(cliQuestion(facts, look), {
      claude,
      'my-agent --small': ['/opt/bin/my-agent', '--small'],
      gemini: 'gemini is not on PATH. Install it, or name its whole path.',
      '': 'the command is empty. Name an agent CLI, or a whole command.',
      [`my-agent ${bad}`]: 'a quote in the command is not closed. Close it.',
    }),
    said(folderQuestion(facts, look), {
      '/src/site': folders['/src/site'],
      '/nowhere': '/nowhere does not exist. Make it.',
      ' ': 'no folder is named. Name one.',
      '/src/taken':
        'conductor works on /src/taken already. Name another folder, or change conductor in /etc/marrow.toml.',
    }),
    said(commandsQuestion(facts), {
      yes: true,
      N: false,
      perhaps: '"perhaps" is neither yes nor no. Answer yes or no.',
    }),
    said(pushQuestion(facts, remote, look), {
      No: { by: 'nothing' },
      GITHUB_TOKEN: { by: 'token', variable: 'GITHUB_TOKEN' },
      '~/.ssh/deploy': { by: 'key', path: '/home/me/.ssh/deploy' },
      GH_TOKEN: 'GH_TOKEN is not set. Set it where you start marrow, or name a key.',
      '~/.ssh/locked':
        'it has a passphrase. Make a key for it alone (ssh-keygen -N ""), and give that one access.',
      sometimes:
        '"sometimes" is neither a variable nor the path of a key. Answer no, GITHUB_TOKEN, or ~/.ssh/id_ed25519.',
    }),
    said(everyQuestion(), {
      '90m': 5_400_000,
      often: '"often" is no time. Write it like 30m, 2h or 1d.',
      '5s': '5s is not between 1m and 168h. Write it like 30m, 2h or 1d.',
      '8d': '192h is not between 1m and 168h. Write it like 30m, 2h or 1d.',
    }),
    said(limitQuestion('codex'), {
      '1.5M tokens': { key: 'tokens_per_day', value: 1_500_000 },
      $5: 'this agent CLI does not tell what a run costs, so a limit in dollars would hold nothing. Write tokens or runs: 2M tokens, 200 runs.',
    }),
    said(limitQuestion('claude'), {
      '$2.50': { key: 'usd_per_day', value: 2.5 },
      '3 usd': { key: 'usd_per_day', value: 3 },
      '40 runs': { key: 'runs_per_day', value: 40 },
      none: undefined,
      $0: 'a limit of $0 would start nothing. Write it like $5, 2M tokens, 200 runs, or none.',
      '0 runs': 'a limit of 0 would start nothing. Write it like $5, 2M tokens, 200 runs, or none.',
      much: '"much" is no limit. Write it like $5, 2M tokens, 200 runs, or none.',
      '-3 runs': '"-3 runs" is no limit. Write it like $5, 2M tokens, 200 runs, or none.',
    }),
    said(noticeQuestion(facts, look), {
      none: undefined,
      desktop: { key: 'desktop', value: true },
      'https://ntfy.example/my-topic': { key: 'ntfy', value: 'https://ntfy.example/my-topic' },
      'my-agent -q': { key: 'command', value: ['/opt/bin/my-agent', '-q'] },
      'https://ntfy.example/': 'it names no topic. Write it like https://ntfy.sh/your-topic.',
      'ftp://ntfy.example/x': 'it is no http or https URL. Write it like https://ntfy.sh/your-topic.',
      'no-such': 'no-such is not on PATH. Answer none, desktop, https://ntfy.sh/your-topic, or a command.',
      '': 'nothing is named. Answer none, desktop, https://ntfy.sh/your-topic, or a command.',
      [bad]: 'a quote in the command is not closed. Close it.',
    }),
    said(noticeQuestion({ desktop: false }, look), {
      desktop:
        'nothing can appear on the desktop of this machine. Answer none, desktop, https://ntfy.sh/your-topic, or a command.',
    }),
    said(tickQuestion(), { y: true, later: '"later" is neither yes nor no. Answer yes or no.' }),
  ]
  const cases = questions.flatMap(({ question, answers }) =>
    Object.entries(answers).map(([answer, means]) => [question.id, answer, question, means] as const),
  )
  test.for(cases)('--%s %s', async ([, answer, question, means], { expect }) => {
    expect(await valueOf(question, answer)).toEqual(means)
  })
})
