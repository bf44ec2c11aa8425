import { describe, test } from 'vitest'
import { agentConfig } from '../../test/helpers/agents.ts'
import { queueFolders, tasksElsewhere } from './folders.ts'

const ipc = { enabled: true, socketPath: '/s', taskDir: '/srv/inbox' }
const agents = [agentConfig({ workspace: '/srv/one' }), agentConfig({ workspace: '/srv/two' })]

describe('queueFolders', () => {
  test('are the workspace’s own, and the configured one for the first workspace', ({ expect }) => {
    expect(queueFolders({ workspace: '/srv/one' }, { agents, ipc })).toEqual([
      { root: '/srv/inbox', path: '/srv/inbox' },
      { root: '/srv/one', path: '/srv/one/tasks/queue' },
    ])
    expect(queueFolders({ workspace: '/srv/two' }, { agents, ipc })).toEqual([
      { root: '/srv/two', path: '/srv/two/tasks/queue' },
    ])
  })

  test('are named once when the configured one is the own one', ({ expect }) => {
    const own = { ...ipc, taskDir: '/srv/one/tasks/queue' }
    expect(queueFolders({ workspace: '/srv/one' }, { agents, ipc: own })).toEqual([
      { root: '/srv/one', path: '/srv/one/tasks/queue' },
    ])
  })
})

describe('tasksElsewhere', () => {
  test('names each task by its full path, and is silent without any', ({ expect }) => {
    expect(tasksElsewhere('/srv/inbox', ['a.md', 'b.md'])?.text).toBe(
      'Queued tasks in /srv/inbox, oldest first:\n/srv/inbox/a.md\n/srv/inbox/b.md',
    )
    expect(tasksElsewhere('/srv/inbox', [])).toBeUndefined()
  })
})
