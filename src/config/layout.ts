/** Which of the file's folders may lie inside which: agents write in some of them and must not in others. */
import { join } from 'node:path'
import type { AgentConfig, Config } from './config.ts'
import { isInside } from './paths.ts'
import type { KeyPath, Report } from './report.ts'

/** What is asked about the disk. */
export interface DiskFacts {
  /** Follows links in the part of a path that exists. */
  readonly realPath: (path: string) => string
  readonly exists: (path: string) => boolean
  /** What is in a folder; nothing where there is none. */
  readonly namesIn: (path: string) => readonly string[]
}

/** The part of a configuration that the rules are about; empty paths are mistakes that were reported already. */
export type Layout = Pick<Config, 'stateDir' | 'coreDir' | 'operatorDir' | 'agents' | 'ipc'>

/** Reports a workspace inside a folder that agents only read as a mistake, and what is only unwise as a warning. */
export function checkLayout(layout: Layout, facts: DiskFacts, report: Report): void {
  const guarded = guardedFolders(layout).filter((guard) => guard.path !== '')
  for (const writable of writableFolders(layout.agents)) {
    for (const guard of guarded) checkPair(writable, guard, facts, report)
    checkSocket(layout, writable, facts, report)
  }
  const rules = join('prompts', 'rules.md')
  if (layout.coreDir === '' || facts.exists(join(layout.coreDir, rules))) return
  const reason = `${layout.coreDir} has no ${rules}: prompts begin without the core's rules.`
  report.warning(['core_dir'], reason, 'Name the folder of a marrow core, or leave core_dir out.')
}

/** A folder that agents write, with the key that names it. */
interface Writable {
  readonly what: 'workspace' | 'work_dir' | 'read_write'
  readonly path: string
  readonly at: KeyPath
}

/** A folder that agents only read. */
interface Guarded {
  readonly what: string
  readonly path: string
  readonly at: KeyPath
  /** Old files lie in the workspace itself; a state or a core there would be overwritten. */
  readonly mayBeWorkspace: boolean
  readonly fix: string
}

function checkPair(writable: Writable, guard: Guarded, { realPath }: DiskFacts, report: Report): void {
  const inner = realPath(writable.path)
  const outer = realPath(guard.path)
  if (isInside(inner, outer) && !(inner === outer && guard.mayBeWorkspace)) {
    // A work_dir is chosen for what is in it; only a workspace can be put anywhere.
    const say = writable.what === 'work_dir' ? report.warning : report.problem
    say(writable.at, `${writable.path} is inside ${guard.what} ${guard.path}.`, guard.fix)
  } else if (isInside(outer, inner)) {
    const reason = `${guard.what} ${guard.path} is inside the ${writable.what} ${writable.path}: agents can change it.`
    report.warning(guard.at, reason, guard.fix)
  }
}

/** A socket in the state_dir is as safe as the state_dir, which has its own warning. */
function checkSocket({ ipc, stateDir }: Layout, writable: Writable, facts: DiskFacts, report: Report): void {
  const { socketPath } = ipc
  if (socketPath === '' || isInside(socketPath, stateDir)) return
  if (!isInside(facts.realPath(socketPath), facts.realPath(writable.path))) return
  const reason = `the socket is inside the ${writable.what} ${writable.path}: agents can replace it.`
  report.warning(
    ['ipc', 'socket_path'],
    reason,
    'Leave socket_path out: the socket is then in the state_dir.',
  )
}

function guardedFolders({ stateDir, coreDir, operatorDir }: Layout): Guarded[] {
  return [
    {
      what: 'the state_dir',
      path: stateDir,
      at: ['state_dir'],
      mayBeWorkspace: false,
      fix: 'Keep the state_dir and the workspaces in separate folders.',
    },
    {
      what: 'the core_dir',
      path: coreDir,
      at: ['core_dir'],
      mayBeWorkspace: false,
      fix: 'Keep the core_dir and the workspaces in separate folders.',
    },
    {
      what: 'the folder of marrow.toml',
      path: operatorDir,
      at: [],
      mayBeWorkspace: true,
      fix: 'Give marrow.toml a folder of its own, such as ~/.config/marrow.',
    },
  ]
}

/** Each folder once: a work_dir that is a workspace counts as the workspace. */
function writableFolders(agents: readonly AgentConfig[]): Writable[] {
  const workspaces = agents.map((agent, index): Writable => ({
    what: 'workspace',
    path: agent.workspace,
    at: ['agents', index, 'workspace'],
  }))
  const workDirs = agents.map((agent, index): Writable => ({
    what: 'work_dir',
    path: agent.workDir,
    at: ['agents', index, 'work_dir'],
  }))
  const extra = agents.flatMap(({ isolation }, index) =>
    isolation.readWrite.map((path, at): Writable => ({
      what: 'read_write',
      path,
      at: ['agents', index, 'isolation', 'read_write', at],
    })),
  )
  const byPath = new Map(
    [...workspaces, ...workDirs, ...extra].toReversed().map((writable) => [writable.path, writable]),
  )
  byPath.delete('')
  return [...byPath.values()].toReversed()
}
