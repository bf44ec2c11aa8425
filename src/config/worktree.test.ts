import { test } from 'vitest'
import { configText, readText } from '../../test/helpers/config-text.ts'

test('an agent with a worktree works there, and its work_dir is the repository', ({ expect }) => {
  const agent = 'name = "Scout@site"\nwork_dir = "/srv/site"\nworktree = true'
  expect(readText(configText({ agent })).config?.agents[0]).toMatchObject({
    workDir: '/srv/ws/worktrees/scout-site',
    repository: '/srv/site',
  })
  const without = configText({ agent: agent.replace('true', 'false') })
  expect(readText(without).config?.agents[0]).toMatchObject({ workDir: '/srv/site', repository: undefined })
})

test.for([
  ['no work_dir', ''],
  ['the workspace as its work_dir', 'work_dir = "/srv/ws"'],
  ['a work_dir around the workspace', 'work_dir = "/srv"'],
])('a worktree with %s is refused: it would lie in the repository', ([, line], { expect }) => {
  const { config, problems } = readText(configText({ agent: `worktree = true\n${line}` }))
  expect(config).toBeUndefined()
  expect(problems).toEqual(['agents[0].worktree: the workspace /srv/ws would be in the repository.'])
})
