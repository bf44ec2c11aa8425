/** Policies of made-up agents on a made-up disk. */
import type { AgentConfig, IsolationConfig } from '../../src/config/config.ts'
import { noCliFolders } from '../../src/isolation/home.ts'
import { ruleOf, type Access, type Policy } from '../../src/isolation/policy.ts'
import { policyFor, type PolicyRequest } from '../../src/isolation/wishes.ts'
import { isolationConfig } from './agents.ts'
import { fakeDisk, file, type FakeEntry } from './fake-disk.ts'

const isolation = isolationConfig({ mode: 'required' })

/** What differs from an agent named scout with a workspace of its own. */
export interface AgentFolders {
  readonly name?: string
  readonly workspace?: string
  readonly workDir?: string
  readonly contextDirs?: readonly string[]
  readonly isolation?: Partial<IsolationConfig>
  readonly set?: Readonly<Record<string, string>>
}

/** An agent, as far as policies look at it. */
export const agentOf = ({
  set = {},
  ...folders
}: AgentFolders): Pick<
  AgentConfig,
  'name' | 'slug' | 'workspace' | 'workDir' | 'contextDirs' | 'isolation' | 'env'
> => {
  const { name = 'scout', workspace = '/ws/scout', workDir = workspace, contextDirs = [] } = folders
  const own = { ...isolation, ...folders.isolation }
  return { name, slug: name, workspace, workDir, contextDirs, isolation: own, env: { pass: [], set } }
}

/** One agent among others, on the usual disk and what is added to it. */
export interface PolicyCase extends AgentFolders {
  readonly others?: readonly AgentFolders[]
  readonly disk?: Readonly<Record<string, FakeEntry>>
  readonly config?: Partial<PolicyRequest['config']>
  readonly request?: Partial<PolicyRequest>
}

/** What lies on the disk of every case, beside a file in the folders of each agent. */
export const usualDisk: Readonly<Record<string, FakeEntry>> = {
  '/home/ada/.ssh/id': file,
  '/home/ada/.config/marrow/marrow.toml': file,
  '/home/ada/.config/marrow/roles/l1.md': file,
  '/home/ada/.config/marrow/notes.txt': file,
  '/home/ada/.local/state/marrow/marrow.db': file,
  '/home/ada/.local/state/marrow/marrow.sock': file,
  '/home/ada/.local/state/marrow/door/agent.sock': file,
  '/home/ada/.local/state/marrow/runs/one/token': file,
  '/home/ada/.local/state/marrow/runs/one/prompt': file,
  '/home/ada/core/dist/cli.js': file,
  '/ws/scout/tasks': 'folder',
  '/usr/bin/git': file,
}

/** The policy of the first agent. */
export function policyIn({
  others = [],
  disk = {},
  config = {},
  request = {},
  ...folders
}: PolicyCase): Policy {
  const agent = agentOf(folders)
  const stateDir = '/home/ada/.local/state/marrow'
  const agents = [agent, ...others.map(agentOf)]
  const made = [...agents.map(({ workspace }) => workspace), ...agents.map(({ workDir }) => workDir)]
  const facts = fakeDisk({
    ...Object.fromEntries(made.map((path) => [`${path}/file`, file])),
    ...usualDisk,
    ...disk,
  })
  return policyFor(
    {
      agent,
      config: {
        path: '/home/ada/.config/marrow/marrow.toml',
        operatorDir: '/home/ada/.config/marrow',
        stateDir,
        coreDir: '/home/ada/core',
        ipc: { enabled: true, socketPath: `${stateDir}/marrow.sock`, taskDir: '' },
        agents,
        ...config,
      },
      programRoot: '/home/ada/core',
      home: '/home/ada',
      path: '/usr/bin',
      words: ['agent'],
      cli: noCliFolders,
      runFiles: [`${stateDir}/runs/one/token`],
      ...request,
    },
    facts,
  )
}

/** What that agent may do at a path. */
export function accessIn(one: PolicyCase): (path: string) => Access | undefined {
  const { rules } = policyIn(one)
  return (path) => ruleOf(path, rules)?.access
}
