import { test } from 'vitest'
import { ofAgent, ofCli, ofLogin, warning, type Case } from '../../test/helpers/healthy-machine.ts'
import { findings } from './findings.ts'

const cases: readonly Case[] = [
  {
    about: 'a limit that its CLI cannot be held to',
    observed: ofAgent({ unkeptLimits: [{ problem: 'usd_per_day counts nothing', fix: 'Write another.' }] }),
    level: 'issue',
    says: 'usd_per_day counts nothing',
  },
  {
    about: 'no workspace',
    observed: ofAgent({ workspace: { path: '/w2', access: 'missing-but-makeable' } }),
    level: 'issue',
    says: '/w2 does not exist',
  },
  {
    about: 'a workspace that is a file',
    observed: ofAgent({ workspace: { path: '/w2', access: 'not-a-folder' } }),
    level: 'issue',
    says: 'not a folder',
  },
  {
    about: 'a work_dir that cannot be written',
    observed: ofAgent({ workDir: { path: '/r', access: 'read-only' } }),
    level: 'issue',
    says: 'work_dir /r is not writable',
  },
  {
    about: 'a work_dir of which no worktree can be made',
    observed: ofAgent({ worktreeProblem: '/r is not the top of a git repository' }),
    level: 'issue',
    says: '/r is not the top of a git repository',
  },
  {
    about: 'a context folder that is missing',
    observed: ofAgent({ contextDirs: [{ path: '/n', access: 'missing' }] }),
    level: 'issue',
    says: '/n',
  },
  {
    about: 'a context file that is not executable',
    observed: ofAgent({ contextFiles: [{ path: '/w/context.d/README.md', executable: false }] }),
    level: 'issue',
    says: 'README.md is not executable',
  },
  {
    about: 'a program that is not on the PATH',
    observed: ofAgent({ program: { word: 'claudius', found: false } }),
    level: 'issue',
    says: 'claudius',
  },
  {
    about: 'a program that is named by its path',
    observed: ofAgent({ program: { word: '/opt/agent', found: false } }),
    level: 'issue',
    says: '/opt/agent is not a program',
  },
  {
    about: 'a role without a file',
    observed: ofAgent({
      role: { name: 'chief', folders: ['/c/roles', '/core/roles'], meaning: { kind: 'missing' } },
    }),
    level: 'issue',
    says: 'below /c/roles or /core/roles',
  },
  {
    about: 'a role with mistakes',
    observed: ofAgent({
      role: {
        name: 'chief',
        folders: ['/c/roles'],
        meaning: { kind: 'wrong', path: '/c/roles/chief.md', mistakes: [warning, warning] },
      },
    }),
    level: 'issue',
    says: 'it is not started: its role chief has 2 mistakes',
  },
  {
    about: 'a role that is the name of two',
    observed: ofAgent({
      role: {
        name: 'chief',
        folders: ['/c/roles'],
        meaning: { kind: 'ambiguous', ids: ['a/chief', 'b/chief'] },
      },
    }),
    level: 'issue',
    says: 'several: a/chief, b/chief',
  },
  {
    about: 'a role that agents may write',
    observed: ofAgent({
      role: { name: 'custom-chief', folders: ['/c/roles'], meaning: { kind: 'custom' } },
    }),
    level: 'issue',
    says: 'custom-chief is a custom role',
  },
  {
    about: 'a context provider that is left out',
    observed: ofAgent({ skipped: [{ path: '/w/context.d/queue', reason: 'not listed' }] }),
    level: 'hint',
    says: 'queue is not run: not listed',
  },
  {
    about: 'a link where work comes in',
    observed: ofAgent({
      obstacles: [{ problem: 'Cannot read tasks/queue in /w: it is a link', fix: 'Mend.' }],
    }),
    level: 'issue',
    says: 'Cannot read tasks/queue in /w: it is a link',
  },
  {
    about: 'a repository that git refuses',
    observed: ofAgent({ git: { refusal: 'detected dubious ownership', identity: true } }),
    level: 'issue',
    says: 'dubious ownership',
  },
  {
    about: 'commits without an author',
    observed: ofAgent({ git: { refusal: undefined, identity: false } }),
    level: 'hint',
    says: 'no author',
  },
  {
    about: 'a context provider that fails',
    observed: ofAgent({ failedProviders: [{ path: '/w/context.d/a', reason: 'deadline' }] }),
    level: 'issue',
    says: '/w/context.d/a fails: deadline',
  },
  {
    about: 'a file that the command presumes',
    observed: ofAgent({ presumed: ['no profile night'] }),
    level: 'issue',
    says: 'no profile night',
  },
  {
    about: 'an agent CLI that does not answer',
    observed: ofCli({ version: { kind: 'silent', reason: 'gives no answer within 10 s' } }),
    level: 'issue',
    says: 'opencode --version gives no answer',
  },
  {
    about: 'an old agent CLI',
    observed: ofCli({ version: { kind: 'said', version: '1.17.99' } }),
    level: 'hint',
    says: 'opencode 1.17.99 is older than 1.18.33',
  },
  {
    about: 'an agent CLI of the next generation',
    observed: ofCli({ version: { kind: 'said', version: '2.0.0' } }),
    level: 'hint',
    says: '2.0.0 is much newer',
  },
  {
    about: 'no login',
    observed: ofLogin({ file: undefined }),
    level: 'hint',
    says: 'finds no login',
  },
  {
    about: 'a withheld key that would be the only login',
    observed: ofLogin({ file: undefined, withheld: ['OPENAI_API_KEY'] }),
    level: 'hint',
    says: 'OPENAI_API_KEY of your environment is withheld from its runs: opencode finds no login',
  },
  {
    about: 'withheld keys beside a login',
    observed: ofLogin({ withheld: ['A_KEY', 'B_KEY'] }),
    level: 'hint',
    says: 'A_KEY, B_KEY of your environment are withheld from its runs: opencode uses /h/auth.json',
  },
  { about: 'no gate', observed: ofAgent({ gateWritten: false }), level: 'hint', says: 'gate' },
]

test.for(cases)('$about is one finding, with a fix', ({ observed, level, says }, { expect }) => {
  const found = findings(observed)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ level, problem: expect.stringContaining(says) })
  expect(found[0]?.fix).toMatch(/\.$/u)
})
