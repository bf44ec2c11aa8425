/** Shows marrow at work in a folder of its own, with simulated agents: `marrow demo`. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../../base/duration.ts'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { withClockTimes } from '../../base/time.ts'
import { programRoot } from '../../config/load.ts'
import { ask } from '../../ipc/client.ts'
import { systemClock } from '../../platform/clock.ts'
import { onSignals } from '../../platform/signals.ts'
import { applySteps } from '../../scaffold/apply.ts'
import { startDaemon, type DemoDaemon } from '../../scaffold/controller.ts'
import {
  demoPlaces,
  demoSocket,
  demoTask,
  nextCommands,
  planDemo,
  type DemoPlaces,
} from '../../scaffold/demo.ts'
import { narrate, storyBegin, type Story } from '../../scaffold/narrate.ts'
import { demoParent, SOCKET_BYTES_MAX } from './demo-place.ts'

const POLL_MS = 200
const START_MS_MAX = 20_000
const TASK_AFTER_MS = 5_000 // At the latest, even if the first runs have not all ended.
const STORY_MS_MAX = 26_000 // Then the commands are shown, whatever has been told.
const STOP_MS_MAX = 15_000

/** How the demo is shown, and what becomes of its folder. */
export interface DemoOptions {
  /** Undefined: a new folder among the temporary files. A folder that is named is kept, and must be empty. */
  readonly folder: string | undefined
  readonly json: boolean
  /** Keep the new folder as well. */
  readonly keep?: boolean
}

/** Runs until SIGINT, SIGTERM or SIGHUP and resolves to the exit code. Throws USAGE, CANNOT_WRITE. */
export async function demo({ folder, json, keep = false }: DemoOptions): Promise<number> {
  const stop = new AbortController()
  const end = () => stop.abort()
  let daemon: DemoDaemon | undefined
  const unlisten = onSignals({
    stop: end,
    handover: end,
    reload: end, // SIGHUP: the terminal was closed.
    stopAtOnce: () => process.exit(130), // The guard of the daemon cleans up behind us.
  })
  const say = json ? sayJson : sayText
  const places = demoPlaces(await makeFolder(folder))
  const kept = keep || folder !== undefined
  try {
    applySteps(planDemo(places, programRoot, systemClock.now().wall))
    say({
      text: `Three simulated agents in ${places.folder}: no model, no tokens, nothing outside that folder.`,
    })
    daemon = await startDaemon({
      marrow: join(programRoot, 'bin', 'marrow'),
      config: places.config,
      log: places.log,
      removeAfter: kept ? undefined : places.folder,
      env: ownEnvironment(),
    })
    await show({ places, daemon, say, signal: stop.signal })
    const calm = await daemon.stop(STOP_MS_MAX)
    if (!kept) await removeFolder(places.folder)
    say({
      text: `${calm ? 'Stopped' : 'Stopped by force'}. ${kept ? 'Kept' : 'Removed'}: ${places.folder}`,
    })
    return calm ? 0 : 1
  } finally {
    if (daemon?.ended() === false) await daemon.stop(STOP_MS_MAX)
    if (!kept) await removeFolder(places.folder)
    daemon?.release()
    unlisten()
  }
}

/** The last run may just be closing its files. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 })
}

/** Throws CANNOT_WRITE, SOCKET_PATH_TOO_LONG, USAGE. */
async function makeFolder(folder: string | undefined): Promise<string> {
  const path = folder === undefined ? join(await demoParent(), 'marrow-demo-') : resolve(folder)
  try {
    return folder === undefined ? await mkdtemp(path) : await makeEmpty(path)
  } catch (error) {
    if (error instanceof MarrowError) throw error
    throw new MarrowError('CANNOT_WRITE', `Cannot make the demo's folder: ${reasonOf(error)}.`, {
      fix: 'Name a folder that you may write with --folder.',
      cause: error,
    })
  }
}

async function makeEmpty(path: string): Promise<string> {
  if (Buffer.byteLength(demoSocket(path)) > SOCKET_BYTES_MAX) {
    throw new MarrowError(
      'SOCKET_PATH_TOO_LONG',
      `Cannot make the demo in ${path}: its socket would have a path of over ${SOCKET_BYTES_MAX} bytes.`,
      { fix: 'Choose a folder with a shorter path.' },
    )
  }
  await mkdir(path, { recursive: true })
  if ((await readdir(path)).length > 0) {
    throw new MarrowError('USAGE', `Cannot make the demo in ${path}: the folder is not empty.`, {
      fix: 'Name a folder that is empty or does not exist yet.',
    })
  }
  return realpath(path)
}

/** The demo must not meet the user's configuration or socket, which these variables may name. */
function ownEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('MARROW_') || name === 'MARROW_NODE'),
  )
}

type Say = (line: { readonly text: string; readonly afterMs?: number; readonly command?: string }) => void

interface Show {
  readonly places: DemoPlaces
  readonly daemon: DemoDaemon
  readonly say: Say
  readonly signal: AbortSignal
}

/** Tells the story, shows the commands, then waits for the signal. Throws when the daemon ends by itself. */
async function show({ places, daemon, say, signal }: Show): Promise<void> {
  const socket = demoSocket(places.folder)
  const begunAt = systemClock.now().mono
  const afterMs = () => systemClock.now().mono - begunAt
  let story: Story = storyBegin
  let after = 0
  let taskAdded = false
  let closed = false
  while (!signal.aborted) {
    if (daemon.ended()) throw await endedByItself(places)
    const rows = await newRows(socket, after, afterMs() < START_MS_MAX, signal)
    for (const row of rows) {
      const next = narrate(story, row)
      story = next.story
      after = row.id
      if (next.line !== undefined && (!closed || row.kind === 'tick.quiet'))
        say({ text: withClockTimes(next.line, systemClock.now().wall), afterMs: afterMs() })
    }
    if (!taskAdded && after > 0 && (story.endedCount >= 3 || afterMs() >= TASK_AFTER_MS)) {
      await ask(socket, 'addTask', demoTask, { timeoutMs: 5_000, signal }).catch(unlessStopped(signal))
      taskAdded = true
    }
    if (!closed && (isComplete(story) || afterMs() >= STORY_MS_MAX)) {
      closed = true
      showCommands(places, say, afterMs())
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {})
  }
}

function isComplete({ handoffTold, taskDone, quietCount }: Story): boolean {
  return handoffTold && taskDone && quietCount > 0
}

/** While the daemon starts nobody answers yet; later that is an error like any other. */
async function newRows(socket: string, after: number, starting: boolean, signal: AbortSignal) {
  try {
    return (await ask(socket, 'journal', { after, limit: 200 }, { timeoutMs: 5_000, signal })).events
  } catch (error) {
    const silent = error instanceof MarrowError && error.code === 'DAEMON_NOT_RUNNING'
    if (signal.aborted || (silent && starting)) return []
    throw error
  }
}

function unlessStopped(signal: AbortSignal) {
  return (error: unknown): undefined => {
    if (!signal.aborted) throw error
  }
}

async function endedByItself({ log }: DemoPlaces): Promise<MarrowError> {
  const text = await readFile(log, 'utf8').catch((error: unknown) => reasonOf(error))
  const last = text.trimEnd().split('\n').slice(-10).join('\n')
  return new MarrowError(
    'DAEMON_NOT_RUNNING',
    `Cannot go on: the demo's daemon ended. The last that it said:\n${last}`,
    {
      fix: 'Start the demo again, with --folder to keep what it writes.',
    },
  )
}

function showCommands(places: DemoPlaces, say: Say, afterMs: number): void {
  say({ text: 'It goes on until Ctrl-C. In another terminal:', afterMs })
  const commands = nextCommands(places, programRoot, hasUserBin())
  for (const { about, command } of commands) say({ text: about, command })
}

/** Whether a link in ~/.local/bin is found by every shell that this one starts. */
function hasUserBin(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).includes(join(homedir(), '.local', 'bin'))
}

function sayText({ text, afterMs, command }: Parameters<Say>[0]): void {
  const time = afterMs === undefined ? '' : `${formatDuration(Math.max(1_000, afterMs)).padStart(4)}  `
  process.stdout.write(command === undefined ? `${time}${text}\n` : `  # ${text}\n  ${command}\n`)
}

function sayJson(line: Parameters<Say>[0]): void {
  process.stdout.write(
    `${JSON.stringify({ text: line.text, after_ms: line.afterMs, command: line.command })}\n`,
  )
}
