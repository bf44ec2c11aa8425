import { describe, test } from 'vitest'
import { agentConfig } from '../../test/helpers/agents.ts'
import { configText, readText } from '../../test/helpers/config-text.ts'
import { chooseProject, projectsOf, type Wanted } from './projects.ts'

/** A second agent of a file, with these lines. */
const other = (name: string, ...lines: string[]) =>
  ['[[agents]]', `name = "${name}"`, 'agent_command = "true"', ...lines].join('\n')
const at = (folder: string) => `workspace = "${folder}"`

const named: [string, string][] = [
  ['name = "scout"', 'default'],
  ['name = "scout@site"', 'site'],
  ['name = "scout"\nproject = "site"', 'site'],
  ['name = "scout@site"\nproject = "site"', 'site'],
]

test.for(named)('an agent with %j is of the project %s', ([agent, project], { expect }) => {
  const { config, problems } = readText(configText({ agent }))
  expect(problems).toEqual([])
  expect(config?.agents[0]?.project).toBe(project)
})

const mistakes: [string, object, string][] = [
  ['two signs', { agent: 'name = "a@b@c"' }, 'agents[0].name: must hold one @ at most'],
  ['nothing behind the sign', { agent: 'name = "a@"' }, 'agents[0].name: must start with a letter'],
  ['nothing before it', { agent: 'name = "@a"' }, 'agents[0].name: must start with a letter'],
  ['a path as a project', { agent: 'project = "../x"' }, 'agents[0].project: must start with a letter'],
  ['no name', { agent: 'project = ""' }, 'agents[0].project: is empty'],
  [
    'two projects for one agent',
    { agent: 'name = "scout@site"\nproject = "shop"' },
    'agents[0].project: is shop, and the name scout@site says site.',
  ],
  [
    'two agents with one slug',
    { agent: 'name = "scout@site"', after: other('scout-site', at('/srv/two')) },
    'agents[1].name: scout-site and scout@site are both scout-site in file names.',
  ],
  [
    'two workspaces of one project',
    { agent: 'name = "a@site"', after: other('b@site', at('/srv/two')) },
    'agents[1].workspace: the agents of the project site have two workspaces: /srv/ws and /srv/two.',
  ],
  [
    'one workspace of two projects',
    { after: other('b@site', at('/srv/ws')) },
    'agents[1].workspace: /srv/ws is the workspace of the project default already.',
  ],
  [
    'one workspace of two projects by a link',
    { agent: at('/usr/lib/marrow-ws'), after: other('b@site', at('/link-ws')) },
    'agents[1].workspace: /link-ws is the workspace of the project default already.',
  ],
  [
    'one project written in two ways',
    { agent: 'name = "a@site"', after: other('b@Site', at('/srv/two')) },
    'agents[1].project: Site and site are one name in two ways.',
  ],
  [
    'the queue of another project',
    { after: `${other('b@site', at('/srv/two'))}\n[ipc]\ntask_dir = "/srv/two/tasks/queue"` },
    'ipc.task_dir: /srv/two/tasks/queue is the queue of the project site.',
  ],
]

test.for(mistakes)('%s: refused', ([, text, reason], { expect }) => {
  const { config, problems } = readText(configText(text))
  expect(config).toBeUndefined()
  expect(problems).toContainEqual(expect.stringContaining(reason))
})

test('agents without a project may have many workspaces, as before there were projects', ({ expect }) => {
  expect(readText(configText({ after: other('b', at('/srv/two')) })).problems).toEqual([])
})

const agents = [
  agentConfig({ name: 'a', workspace: '/srv/ws', workDir: '/srv/mono' }),
  agentConfig({ name: 'b', workspace: '/srv/ws2', workDir: '/srv/ws2' }),
  agentConfig({
    name: 'c@site',
    project: 'site',
    workspace: '/srv/site-ws',
    workDir: '/srv/site-ws/worktrees/c-site',
    repository: '/srv/mono/site',
  }),
]
const ipc = { enabled: true, socketPath: '/s', taskDir: '/srv/inbox' }
const projects = projectsOf({ agents, ipc })

test('the first project has the configured queue, another one that of its workspace', ({ expect }) => {
  expect(projects).toEqual([
    {
      name: 'default',
      queue: '/srv/inbox',
      folders: [
        { root: '/srv/ws', path: '/srv/ws' },
        { root: '/srv/mono', path: '/srv/mono' },
        { root: '/srv/ws2', path: '/srv/ws2' },
      ],
      agents: ['a', 'b'],
    },
    {
      name: 'site',
      queue: '/srv/site-ws/tasks/queue',
      folders: [
        { root: '/srv/site-ws', path: '/srv/site-ws' },
        { root: '/srv/site-ws', path: '/srv/site-ws/worktrees/c-site' },
        { root: '/srv/mono', path: '/srv/mono/site' },
      ],
      agents: ['c@site'],
    },
  ])
})

const realPath = (path: string) => path.replace('/link', '/srv/mono/site')
const planted = (path: string) => path.replace('/srv/site-ws/worktrees/c-site', '/srv/mono/src/deep')

describe('a project is chosen', () => {
  const cases: [string, Wanted, string, string][] = [
    ['nothing that is said', {}, 'default', 'first'],
    ['its name', { project: 'site', folder: '/srv/ws' }, 'site', 'name'],
    ['its name in another case', { project: 'SITE' }, 'site', 'name'],
    ['a folder in its work_dir', { folder: '/srv/mono/src' }, 'default', 'folder'],
    ['the deepest work_dir around', { folder: '/srv/mono/site/src' }, 'site', 'folder'],
    ['its workspace', { folder: '/srv/site-ws' }, 'site', 'folder'],
    ['a second workspace', { folder: '/srv/ws2/docs' }, 'default', 'folder'],
    ['a folder of nobody', { folder: '/srv/monolith' }, 'default', 'first'],
    ['a link into it', { folder: '/link/src' }, 'site', 'folder'],
  ]

  test.for(cases)('by %s', ([, wanted, name, by], { expect }) => {
    expect(chooseProject(projects, wanted, realPath)).toMatchObject({ project: { name }, by })
  })

  test('that is written behind a link in the file', ({ expect }) => {
    const linked = projectsOf({ agents: agents.map((one) => ({ ...one, repository: '/link' })), ipc })
    const choice = chooseProject(linked, { folder: '/srv/mono/site' }, realPath)
    expect(choice).toMatchObject({ by: 'folder' })
  })

  test('by no link that an agent may have put in the place of its work_dir', ({ expect }) => {
    const choice = chooseProject(projects, { folder: '/srv/mono/src/deep' }, planted)
    expect(choice).toMatchObject({ project: { name: 'default' }, by: 'folder' })
  })

  test('that is the only one, wherever one is', ({ expect }) => {
    const [only] = projects
    const choice = chooseProject(only ? [only] : [], { folder: '/elsewhere' }, realPath)
    expect(choice).toMatchObject({ project: { name: 'default' }, by: 'only' })
  })

  test('by no name that is not there, and the one that was meant is named', ({ expect }) => {
    expect(() => chooseProject(projects, { project: 'sitr' }, realPath)).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: 'unknown project: sitr',
        fix: 'Did you mean site? There is default, site.',
      }),
    )
  })
})
