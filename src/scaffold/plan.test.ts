import { test } from 'vitest'
import { isInside } from '../config/paths.ts'
import { planScaffold, stateDirFor } from './plan.ts'

const request = {
  workspace: '/w/team',
  configOut: '/c/marrow.toml',
  stateDir: '/c/marrow-state',
  coreDir: undefined,
  noIsolation: undefined,
  command: ['/bin/agent'],
  queueCommand: ['/bin/agent'],
  contextScripts: [{ name: 'weather', content: Buffer.from('#!/bin/sh\n') }],
}

test('a workspace gets every folder that the agents and commands rely on', ({ expect }) => {
  const folders = planScaffold(request).flatMap((step) => (step.kind === 'folder' ? [step.path] : []))
  for (const folder of [
    'runtime/state',
    'runtime/handoff/scout-to-conductor',
    'runtime/handoff/conductor-to-scout',
    'runtime/handoff/scout-to-human',
    'runtime/checkpoints',
    'runtime/logs/exec',
    'runtime/notes',
    'tasks/queue',
    'tasks/delegated',
    'tasks/done',
    'context.d',
    'docs',
  ]) {
    expect(folders).toContain(`/w/team/${folder}`)
  }
})

test('the configuration comes last, so that a scaffold that was cut off can be started again', ({
  expect,
}) => {
  const steps = planScaffold(request)
  expect(steps.at(-1)).toMatchObject({ kind: 'file', path: '/c/marrow.toml' })
  expect(steps.at(-2)).toEqual({ kind: 'folder', path: '/c', root: '/c' })
})

test('context scripts become executable files of the workspace', ({ expect }) => {
  expect(planScaffold(request)).toContainEqual({
    kind: 'file',
    path: '/w/team/context.d/weather',
    root: '/w/team',
    content: Buffer.from('#!/bin/sh\n'),
    mode: 0o755,
  })
})

const user = { userConfig: '/h/.config/marrow/marrow.toml', userState: '/h/.local/state/marrow' }

test.for([
  {
    about: "the user's own configuration",
    configOut: user.userConfig,
    workspace: '/h/team',
    state: user.userState,
  },
  { about: 'a file elsewhere', configOut: '/c/marrow.toml', workspace: '/w/team', state: '/c/marrow-state' },
  {
    about: 'a file in the workspace',
    configOut: '/w/team/marrow.toml',
    workspace: '/w/team',
    state: '/h/.local/state/marrow/team-1c1f0a',
  },
])('the state of $about is never inside the workspace', ({ configOut, workspace, state }, { expect }) => {
  const found = stateDirFor({ configOut, workspace, ...user })
  expect(found.replace(/-[0-9a-f]{6}$/u, '-N')).toBe(state.replace(/-[0-9a-f]{6}$/u, '-N'))
  expect(isInside(found, workspace)).toBe(false)
})

test('two workspaces of one name that hold their own configuration do not share a state', ({ expect }) => {
  const [one, other] = ['/a/team', '/b/team'].map((workspace) =>
    stateDirFor({ configOut: `${workspace}/marrow.toml`, workspace, ...user }),
  )
  expect(one).not.toBe(other)
})
