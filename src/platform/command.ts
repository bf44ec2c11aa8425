// Runs one program as a job: something slow that the daemon does on the side, with a deadline. For jobs only: execa ends
// its children when the daemon is told to end, which a run of an agent must survive.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:os'
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { execa } from 'execa'
import { descendants, groupMembers, startedSince } from './process-tree.ts'
import { systemProcesses, type ProcessIdentity, type ProcessRow } from './processes.ts'
import { askedToEnd, parseSandbox, sightFirst } from './sandbox.ts'

/** How and where a job runs. */
export interface CommandOptions {
  readonly cwd: string
  /** The whole environment; nothing of the daemon's is added but a mark that lets its processes be found. */
  readonly env: Readonly<Record<string, string>>
  readonly deadlineMs: number
  readonly signal: AbortSignal
  /** What is kept of stdout and of stderr, each; the rest is read and dropped. */
  readonly maxBytes: number
  /** Undefined: stdin is empty. */
  readonly stdin?: string | undefined
  /** Whether the words make a sandbox that tells JOB_SANDBOX_FD of its first process. */
  readonly sandboxed?: boolean
}

/** The file descriptor in which a job's sandbox says who its first process is; for `--info-fd` of bubblewrap. */
export const JOB_SANDBOX_FD = 3

/** What a job printed. `truncated` says that stdout or stderr was longer than kept. */
export interface CommandOutput {
  readonly stdout: string
  readonly stderr: string
  readonly truncated: boolean
  readonly durationMs: number
}

/** How a job ended. An exit code of 128 + n is a death by signal n. */
export type CommandResult =
  | ({ readonly kind: 'exited'; readonly exitCode: number } & CommandOutput)
  | ({ readonly kind: 'deadline' } & CommandOutput)
  | ({ readonly kind: 'aborted' } & CommandOutput)
  | { readonly kind: 'missing'; readonly detail: string }

/** How the processes of a job are found. `maker`, its own process, is undefined when that had ended before we could look. */
interface Job {
  readonly pid: number
  readonly mark: string
  readonly maker: ProcessIdentity | undefined
  /** The first process of its sandbox: it may outlive whoever made it, and deny where it came from. */
  readonly first: number | undefined
}

type Ending =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'deadline' | 'aborted' }

const MARK = 'MARROW_JOB' // In the environment of a job, so that its processes are found wherever they hide.
const TERM_GRACE_MS = 250 // Long enough for git to remove its lock files, short enough to keep deadlines meaningful.
const TOLD_BYTES_MAX = 4_096 // The numbers of its namespaces are some 250.
const DRAIN_MS = 200 // After the end, for what is still in the pipe. Only a process that we cannot find holds it longer.

/**
 * Runs `words` without a shell and returns at the latest shortly after its deadline, whatever its descendants do, and
 * ends what it left behind. Never rejects for anything that a program, a deadline or an abort can cause.
 */
export async function runCommand(words: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const startedAt = performance.now()
  const mark = randomUUID()
  if (options.signal.aborted)
    return { kind: 'aborted', stdout: '', stderr: '', truncated: false, durationMs: 0 }
  const child = start(words, options, mark)
  const exited = new Promise<Ending>((resolve) => {
    child.nodeChildProcess.once('exit', (code, signal) => {
      resolve({ kind: 'exited', exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) })
    })
  })
  const stdout = keepHead(child.stdout, options.maxBytes)
  const stderr = keepHead(child.stderr, options.maxBytes)
  const { pid } = child
  if (pid === undefined)
    return { kind: 'missing', detail: (await child).originalMessage ?? 'it did not start' }
  const maker = systemProcesses.identify(pid)
  const info = child.stdio[JOB_SANDBOX_FD]
  const told = info instanceof Readable ? keepHead(info, TOLD_BYTES_MAX) : undefined

  const ending = await firstOf(exited, options)
  await readRest(() => told?.kept() ?? 0)
  const job: Job = { pid, mark, maker, first: parseSandbox(told?.text() ?? '') }
  if (ending.kind === 'exited') {
    killRemains(job, [])
  } else {
    const rows = systemProcesses.list()
    const recorded = descendants(rows, [pid]) // Before the signal: afterwards nobody is their parent.
    const inside = askedInside(rows, job)
    if (inside.length === 0) child.kill('SIGTERM')
    for (const each of inside) systemProcesses.signal(each, 'SIGTERM')
    await within(TERM_GRACE_MS, exited)
    killRemains(job, recorded)
  }
  await within(DRAIN_MS, child)
  await readRest(() => stdout.kept() + stderr.kept())
  child.stdout.destroy()
  child.stderr.destroy()
  return {
    ...ending,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.truncated() || stderr.truncated(),
    durationMs: Math.round(performance.now() - startedAt),
  }
}

function start([program = '', ...rest]: readonly string[], options: CommandOptions, mark: string) {
  const stdin = options.stdin === undefined ? 'ignore' : 'pipe'
  return execa(program, rest, {
    cwd: options.cwd,
    env: { ...options.env, [MARK]: mark },
    extendEnv: false,
    reject: false, // How it ended is data.
    buffer: false, // We keep the head ourselves: execa would end a program that prints more than its limit.
    killDescendants: true,
    forceKillAfterDelay: TERM_GRACE_MS,
    stdio: options.sandboxed === true ? [stdin, 'pipe', 'pipe', 'pipe'] : [stdin, 'pipe', 'pipe'],
    ...(options.stdin === undefined ? {} : { input: options.stdin }),
  })
}

/** The loop may have been busy for all of that time: what is in the pipes by now is read before they are closed. */
async function readRest(kept: () => number): Promise<void> {
  for (let before = -1; before !== kept();) {
    before = kept()
    await nextTurn()
    await nextTurn()
  }
}

/** Whichever comes first: the end, the deadline, the abort. */
async function firstOf(exited: Promise<Ending>, { deadlineMs, signal }: CommandOptions): Promise<Ending> {
  const cut = Promise.withResolvers<Ending>()
  const timer = setTimeout(cut.resolve, deadlineMs, { kind: 'deadline' })
  const abort = () => cut.resolve({ kind: 'aborted' })
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([exited, cut.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

async function within(ms: number, awaited: Promise<unknown>): Promise<void> {
  const timeUp = Promise.withResolvers<void>()
  const timer = setTimeout(timeUp.resolve, ms)
  await Promise.race([awaited, timeUp.promise])
  clearTimeout(timer)
}

/** Reads a stream to its end and keeps its first bytes; reading on keeps the program from waiting for a full pipe. */
function keepHead(stream: Readable, maxBytes: number) {
  const chunks: Buffer[] = []
  let kept = 0
  let cut = false
  stream.on('data', (chunk: Buffer) => {
    const room = maxBytes - kept
    if (chunk.length > room) cut = true
    if (room <= 0) return
    chunks.push(chunk.subarray(0, room))
    kept += Math.min(chunk.length, room)
  })
  stream.on('error', () => {}) // Destroyed by us while somebody still held the other end.
  return {
    text: () => Buffer.concat(chunks).toString('utf8'),
    kept: () => kept, // Grows no further than `maxBytes`, however much is printed.
    truncated: () => cut,
  }
}

/**
 * Ends what is left of jobs that were started with this `NAME=value` in their environment and whose daemon died before it
 * could end them: what carries it, and what these opened or started.
 */
export function endAbandonedJobs(assignment: string): void {
  killUntilGone((rows) => {
    const marked = rows.filter((row) => systemProcesses.hasEnvironment(row.pid, assignment))
    return [...marked, ...marked.flatMap(({ pid }) => groupMembers(rows, pid))]
  })
}

/** Whom to ask in the sandbox of a job: the end of bubblewrap itself would leave them no time. */
function askedInside(rows: readonly ProcessRow[], { maker, first }: Job): readonly number[] {
  if (first === undefined || sightFirst(first, maker, systemProcesses) !== 'alive') return []
  return askedToEnd(rows, first, (pid) => systemProcesses.innerPid(pid))
}

/** Ends every process of the job that is left: in its group, session or sandbox, recorded before, or with its mark. */
function killRemains({ pid, mark, maker, first }: Job, recorded: readonly ProcessRow[]): void {
  const before = new Map(recorded.map((row) => [row.pid, row.startTime]))
  const isFirst = (row: ProcessRow) =>
    row.pid === first && sightFirst(first, maker, systemProcesses) === 'alive'
  killUntilGone((rows) => [
    ...groupMembers(rows, pid),
    ...rows.filter(isFirst),
    ...rows.filter((row) => before.get(row.pid) === row.startTime),
    ...startedSince(rows, maker?.startTime).filter((row) =>
      systemProcesses.hasEnvironment(row.pid, `${MARK}=${mark}`),
    ),
  ])
}

/** Kills what `find` finds, with its descendants, until it finds no more: each round sees only what was forked before it. */
function killUntilGone(find: (rows: readonly ProcessRow[]) => readonly ProcessRow[]): void {
  for (let round = 0; round < 10; round++) {
    const rows = systemProcesses.list().filter((row) => !row.zombie)
    const known = new Set(find(rows).map((row) => row.pid))
    const all = new Set([...known, ...descendants(rows, [...known]).map((row) => row.pid)])
    all.delete(process.pid)
    if (all.size === 0) return
    for (const each of all) systemProcesses.signal(each, 'SIGKILL')
  }
}
