import { describe, test } from 'vitest'
import { agentConfig, isolationConfig } from '../../test/helpers/agents.ts'
import { contextFolder, innerPath } from './inner.ts'

const agents = [
  agentConfig({ workspace: '/srv/one', workDir: '/srv/one/repo' }),
  agentConfig({ workspace: '/srv/one/inner', workDir: '/src' }),
  agentConfig({
    isolation: { ...isolationConfig(), readWrite: ['/data/shared'] },
    workspace: '/w',
    workDir: '/w',
  }),
]

describe('innerPath', () => {
  test.for([
    { path: '/srv/one/tasks/queue', root: '/srv/one', about: 'a folder of a workspace' },
    { path: '/srv/one/repo', root: '/srv/one', about: 'a work_dir that its agent can swap for a link' },
    {
      path: '/srv/one/inner/tasks',
      root: '/srv/one',
      about: 'a workspace in the workspace of another agent',
    },
    { path: '/src', root: '/src', about: 'a work_dir' },
    { path: '/data/shared/x', root: '/data/shared', about: 'below a folder that one may write besides' },
    { path: '/srv/oneself', root: '/srv/oneself', about: 'a folder that only sounds alike' },
    { path: '/inbox', root: '/inbox', about: 'a folder where no agent writes' },
  ])('is reached from $root: $about ($path)', ({ path, root }, { expect }) => {
    expect(innerPath(path, agents)).toEqual({ root, path })
  })
})

test('a folder of context providers has a root only where an agent writes', ({ expect }) => {
  expect(contextFolder('/w/context.d', agents)).toEqual({ path: '/w/context.d', root: '/w' })
  expect(contextFolder('/w', agents)).toEqual({ path: '/w', root: '/w' })
  expect(contextFolder('/etc/marrow/context.d', agents)).toEqual({
    path: '/etc/marrow/context.d',
    root: undefined,
  })
})
