import { test } from 'vitest'
import { runEnvironment, type EnvironmentRequest } from './environment.ts'

const request: EnvironmentRequest = {
  inherited: {
    HOME: '/home/u',
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    USER: 'u',
    ANTHROPIC_API_KEY: 'sk-1',
    OPENAI_API_KEY: 'sk-2',
    MARROW_CONFIG: '/etc/marrow/marrow.toml',
    MARROW_RUN: 'outer',
    SSH_AUTH_SOCK: '/run/agent',
  },
  programBin: '/opt/marrow/bin',
  agent: 'Scout',
  run: 'scout-20260105-120000-000-abcd',
  role: 'l1/scout',
  workspace: '/w',
  workDir: '/w/repo',
  notes: '/w/runtime/notes/scout',
  socket: '/s/marrow.sock',
  policy: { pass: [], set: {} },
  adapterEnv: {},
}

test('a run sees exactly the fixed names and its own', ({ expect }) => {
  expect(runEnvironment(request)).toEqual({
    HOME: '/home/u',
    PATH: '/opt/marrow/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    USER: 'u',
    MARROW_AGENT: 'Scout',
    MARROW_ROLE: 'l1/scout',
    MARROW_RUN: 'scout-20260105-120000-000-abcd',
    MARROW_WORKSPACE: '/w',
    MARROW_WORK_DIR: '/w/repo',
    MARROW_NOTES: '/w/runtime/notes/scout',
    MARROW_SOCKET: '/s/marrow.sock',
  })
})

test('what is not there is left out, not empty', ({ expect }) => {
  const bare = {
    ...request,
    inherited: {},
    role: undefined,
    run: undefined,
    notes: undefined,
    socket: undefined,
  }
  expect(runEnvironment(bare)).toEqual({
    PATH: '/opt/marrow/bin:/usr/local/bin:/usr/bin:/bin',
    MARROW_AGENT: 'Scout',
    MARROW_WORKSPACE: '/w',
    MARROW_WORK_DIR: '/w/repo',
  })
})

test('a key that bills somebody is passed only when it is listed', ({ expect }) => {
  const env = runEnvironment({ ...request, policy: { pass: ['OPENAI_API_KEY', 'NOT_THERE'], set: {} } })
  expect(env).toMatchObject({ OPENAI_API_KEY: 'sk-2' })
  expect(Object.keys(env)).not.toContain('ANTHROPIC_API_KEY')
  expect(Object.keys(env)).not.toContain('NOT_THERE')
})

test("the operator's values win over the CLI's, passed ones over none, and ours over all", ({ expect }) => {
  const env = runEnvironment({
    ...request,
    adapterEnv: { TERM: 'dumb', LEVEL: 'cli', SSH_AUTH_SOCK: 'cli' },
    policy: { pass: ['SSH_AUTH_SOCK'], set: { LEVEL: 'operator', MARROW_RUN: 'forged', HOME: '/jail' } },
  })
  expect(env).toMatchObject({
    TERM: 'dumb',
    LEVEL: 'operator',
    SSH_AUTH_SOCK: '/run/agent',
    HOME: '/jail',
    MARROW_RUN: request.run,
  })
})

test('our program stays first on a PATH that the operator sets, and stands there once', ({ expect }) => {
  const policy = { pass: [], set: { PATH: '/x:/opt/marrow/bin:/y' } }
  expect(runEnvironment({ ...request, policy })['PATH']).toBe('/opt/marrow/bin:/x:/y')
})
