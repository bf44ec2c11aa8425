// Ends a run so that its real exit code is still written and no process of it is left.
import { readIfExists } from '../../platform/files.ts'
import { descendants, groupMembers, startedSince } from '../../platform/process-tree.ts'
import type { ProcessIdentity, Processes, ProcessRow } from '../../platform/processes.ts'
import { askedToEnd } from '../../platform/sandbox.ts'
import { parseExitCode, parsePids, runPaths } from '../folder.ts'
import { sightSandbox } from './sandbox.ts'

/** One run's processes: how they are found. */
export interface RunProcesses {
  /** Its id, which stands in the environment of each. */
  readonly run: string
  readonly folder: string
  /** The launcher; undefined when nobody ever saw it. */
  readonly launcher: ProcessIdentity | undefined
  /** What `sendTerm` returned: processes that may since have left every group and lost their parent. */
  readonly recorded: readonly ProcessIdentity[]
}

const ROUNDS_MAX = 10 // Each round sees only what was forked before it; a killed process forks no more.

/** Everything that the launcher's run consists of now, without the launcher and its writers. */
export function descendantsOf(run: RunProcesses, processes: Processes): ProcessIdentity[] {
  const rows = processes.list()
  return identities(processes, ownRows(processes, rows, run))
}

/**
 * Asks the run to end: TERM to its group, which the launcher and its writers survive; in a sandbox to the agent, and not
 * to what holds the sandbox together. Who stands still is told to go on. Returns what belonged to the run
 * before the signal. Every real agent CLI starts its tools in sessions of their own, and once it has died
 * nothing connects them to the run: record them, and hand them to `killRemains`.
 */
export function sendTerm(run: RunProcesses, processes: Processes): ProcessIdentity[] {
  const rows = processes.list()
  const before = identities(processes, ownRows(processes, rows, run))
  const { launcher } = run
  const group = launcher !== undefined && holdsGroup(rows, launcher, processes.boot) ? [-launcher.pid] : []
  const sandbox = sightSandbox(run, processes)
  const innerPid = (pid: number) => processes.innerPid(pid)
  const asked = sandbox.kind === 'alive' ? askedToEnd(rows, sandbox.first, innerPid) : group
  for (const pid of asked) processes.signal(pid, 'SIGTERM')
  for (const pid of new Set([...asked, ...group])) processes.signal(pid, 'SIGCONT')
  return before
}

/**
 * Kills whatever is left of the run but the launcher and its writers, which still have the exit code and the last
 * words to write. Returns how many it could not see die; 0 is the rule.
 */
export function killRemains(run: RunProcesses, processes: Processes): number {
  // Once a command in a sandbox has ended, nothing but the sandbox can hold any more of the run: no look at all processes.
  const sandbox = hasCode(run) ? sightSandbox(run, processes) : undefined
  if (sandbox?.kind === 'gone') return 0
  if (sandbox?.kind === 'alive') {
    processes.signal(sandbox.first, 'SIGKILL')
    return 1
  }
  return killAll(processes, (rows) => ownRows(processes, rows, run))
}

/** The same, with the launcher and its writers: for a run whose code is written, or that will never write one. */
export function killEverything(run: RunProcesses, processes: Processes): number {
  return killAll(processes, (rows) => [...ownRows(processes, rows, run), ...keeperRows(processes, rows, run)])
}

/** Whether the launcher or one of its writers is still at work. Looks at these only: it is asked often. */
export function isWriting(run: RunProcesses, processes: Processes): boolean {
  const { writers, launchers } = keeperPids(run)
  return [...writers, ...launchers].some((pid) => isKeeper(run, pid, processes)) // What is dead has no words.
}

function killAll(processes: Processes, find: (rows: readonly ProcessRow[]) => readonly ProcessRow[]): number {
  let left: readonly ProcessRow[] = []
  for (let round = 0; round < ROUNDS_MAX; round++) {
    left = find(processes.list())
    if (left.length === 0) return 0
    for (const row of left) processes.signal(row.pid, 'SIGKILL')
  }
  return left.length
}

/** The run's processes without launcher and writers: by group and session, by descent, by record, by environment. */
function ownRows(processes: Processes, rows: readonly ProcessRow[], run: RunProcesses): ProcessRow[] {
  const { launcher } = run
  const spared = new Set(keeperRows(processes, rows, run).map((row) => row.pid))
  const mark = `MARROW_RUN=${run.run}`
  const before = new Map(
    run.recorded.filter((each) => each.boot === processes.boot).map((each) => [each.pid, each.startTime]),
  )
  const sandbox = sightSandbox(run, processes)
  const inGroup =
    launcher !== undefined && holdsGroup(rows, launcher, processes.boot)
      ? groupMembers(rows, launcher.pid)
      : []
  const roots = new Set([
    ...inGroup.map((row) => row.pid),
    ...rows.filter((row) => before.get(row.pid) === row.startTime).map((row) => row.pid),
    ...(sandbox.kind === 'alive' ? [sandbox.first] : []),
    ...startedSince(rows, beganAt(run, processes.boot))
      .filter((row) => !row.zombie && processes.hasEnvironment(row.pid, mark))
      .map((row) => row.pid),
  ])
  const all = new Set([...roots, ...descendants(rows, [...roots]).map((row) => row.pid)])
  return rows.filter(
    (row) => all.has(row.pid) && !row.zombie && !spared.has(row.pid) && row.pid !== process.pid,
  )
}

/**
 * The launcher, its writers and what these run: `cat`, and the launcher's own tools once the command has ended. They are
 * recognised by the words that name the folder, so that a reused pid is none of them.
 */
function keeperRows(processes: Processes, rows: readonly ProcessRow[], run: RunProcesses): ProcessRow[] {
  const { writers, launchers } = keeperPids(run)
  const keepers = rows.filter(
    ({ pid }) => (writers.has(pid) || launchers.has(pid)) && isKeeper(run, pid, processes),
  )
  // Read after the rows were: until the code is known, the launcher's child is the command itself.
  const commandEnded = hasCode(run)
  const parents = new Set(keepers.filter((row) => commandEnded || writers.has(row.pid)).map((row) => row.pid))
  return [...keepers, ...rows.filter((row) => parents.has(row.parent))].filter((row) => !row.zombie)
}

/** Whether the launcher's command has ended, and left its code. */
function hasCode({ folder }: RunProcesses): boolean {
  const { exitDraft, exit } = runPaths(folder)
  return [exitDraft, exit].some((path) => parseExitCode(readIfExists(path) ?? '') !== undefined)
}

function keeperPids(run: RunProcesses): Readonly<Record<'writers' | 'launchers', ReadonlySet<number>>> {
  const paths = runPaths(run.folder)
  const seen = run.launcher === undefined ? [] : [run.launcher.pid]
  return { writers: new Set(pidsIn(paths.writers)), launchers: new Set([...pidsIn(paths.started), ...seen]) }
}

function isKeeper({ folder }: RunProcesses, pid: number, processes: Processes): boolean {
  return processes.commandLine(pid)?.includes(folder) ?? false
}

function pidsIn(path: string): number[] {
  return parsePids(readIfExists(path) ?? '')
}

/** The launcher's start time, if it is the one that began the run: of two, the one on record may be that which left. */
function beganAt({ folder, launcher }: RunProcesses, boot: string): string | undefined {
  const [began] = pidsIn(runPaths(folder).started)
  return launcher?.boot === boot && launcher.pid === began ? launcher.startTime : undefined
}

/** False when the launcher's pid now belongs to another process: then its group is gone, and what has that number is not ours. */
function holdsGroup(rows: readonly ProcessRow[], launcher: ProcessIdentity, boot: string): boolean {
  if (launcher.boot !== boot) return false
  const row = rows.find((each) => each.pid === launcher.pid)
  return row === undefined || row.startTime === launcher.startTime
}

function identities(processes: Processes, rows: readonly ProcessRow[]): ProcessIdentity[] {
  return rows.map(({ pid, startTime }) => ({ pid, startTime, boot: processes.boot }))
}
