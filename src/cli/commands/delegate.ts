import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseDuration } from '../../base/duration.ts'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { plain, plainLines } from '../../base/plain.ts'
import { withClockTimes } from '../../base/time.ts'
import type { DelegationView } from '../../ipc/protocol/delegations.ts'
import type { CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'
import { patiently } from '../patience.ts'
import { askAsRun, openRunDoor, type RunDoor } from '../run-door.ts'

/** Flags of `marrow delegate`. */
export interface DelegateOptions extends CommonOptions {
  readonly role: string
  readonly task?: string
  /** A path; `-` is stdin. */
  readonly taskFile?: string
  readonly wait?: boolean
  readonly detach?: boolean
  /** A duration. */
  readonly deadline?: string
  readonly json?: boolean
}

const ANSWER_MS_MAX = 10_000
const WAIT_S = 25 // One request; the next one goes on waiting.
const AGAIN_MS = 500

/** `marrow delegate`: 1 when the run that was waited for did not succeed. */
export async function delegate(options: DelegateOptions): Promise<number> {
  const task = taskOf(options)
  const deadline = msOf('--deadline', options.deadline)
  if (options.wait && options.detach)
    throw new MarrowError('USAGE', 'Cannot delegate: --wait and --detach exclude each other.', {
      fix: 'Leave one of them out.',
    })
  const door = openRunDoor('delegate')
  const params = {
    role: options.role,
    task,
    detach: options.detach === true,
    ...(deadline === undefined ? {} : { deadline_s: deadline / 1_000 }),
  }
  const asked = await askAsRun(door, 'delegate', params, { timeoutMs: ANSWER_MS_MAX })
  if (options.wait) {
    say(`${asked.run} works on it as ${asked.role}, until ${asked.deadline} at the latest.`)
    return tell(await ended(door, asked.run, undefined), options)
  }
  if (options.json) printJson(asked)
  else {
    print(asked.run)
    say(
      asked.detached
        ? `${asked.role} works on it, until ${asked.deadline} at the latest, and reports by handoff.`
        : `${asked.role} works on it and ends with this run. Wait for it: marrow delegate wait ${asked.run}`,
    )
  }
  return 0
}

/** Flags of `marrow delegate wait`. */
export interface WaitOptions extends CommonOptions {
  readonly run: string
  readonly timeout?: string
  readonly json?: boolean
}

/** `marrow delegate wait`: 1 when the run did not succeed, or did not end in time. */
export async function waitForDelegation(options: WaitOptions): Promise<number> {
  const timeout = msOf('--timeout', options.timeout)
  const door = openRunDoor('wait for it')
  return tell(await ended(door, options.run, timeout), options)
}

/** `marrow delegate list`: one line for each, the oldest first. */
export async function listDelegations({ json }: { readonly json?: boolean }): Promise<number> {
  const door = openRunDoor('list delegations')
  const answer = await patiently(() => askAsRun(door, 'delegations', {}, { timeoutMs: ANSWER_MS_MAX }))
  if (json) printJson(answer)
  else if (answer.delegations.length === 0) print('(this run has delegated nothing)')
  else
    print(
      ...answer.delegations.map(({ run, role, task, state, outcome }) =>
        [run, role, outcome ?? state, task].map(plain).join('  '),
      ),
    )
  return 0
}

/** Asks until it has ended, over restarts of the daemon; or until the time is up. */
async function ended(door: RunDoor, run: string, timeoutMs: number | undefined): Promise<DelegationView> {
  const begun = performance.now()
  for (;;) {
    const leftMs = timeoutMs === undefined ? WAIT_S * 1_000 : timeoutMs - (performance.now() - begun)
    const waitS = Math.max(0, Math.min(WAIT_S, leftMs / 1_000))
    const timeout = { timeoutMs: waitS * 1_000 + ANSWER_MS_MAX }
    const askedAt = performance.now()
    const view = await patiently(() => askAsRun(door, 'delegation', { run, wait_s: waitS }, timeout))
    if (view.state === 'ended' || waitS < Math.min(WAIT_S, 1)) return view
    // A daemon that leaves answers at once, until it is gone.
    if (performance.now() - askedAt < AGAIN_MS) await sleep(AGAIN_MS)
  }
}

function tell(view: DelegationView, { json }: { readonly json?: boolean }): number {
  if (json) printJson(view)
  else {
    const stands = view.state === 'ended' ? (view.outcome ?? 'ended') : `goes on (${view.state})`
    if (view.ok !== true) say(`${view.run} as ${view.role}: ${stands}`)
    if (view.result !== null) process.stdout.write(`${plainLines(view.result).trimEnd()}\n`)
    else if (view.ok === true) say(`${view.run} as ${view.role} succeeded and said nothing.`)
  }
  return view.ok === true ? 0 : 1
}

function taskOf({ task, taskFile }: DelegateOptions): string {
  const given = [task, taskFile].filter((one) => one !== undefined)
  if (given.length !== 1)
    throw new MarrowError(
      'USAGE',
      `Cannot delegate: ${given.length === 0 ? 'there is no task' : '--task and --task-file exclude each other'}.`,
      {
        fix: 'Say what is to be done with --task TEXT, or with --task-file PATH for a longer one.',
      },
    )
  const text = task ?? readTask(taskFile ?? '')
  if (text.trim() !== '') return text
  throw new MarrowError('USAGE', 'Cannot delegate: the task is empty.', {
    fix: 'Say what is wanted, why, where the material lies, and how one sees that it is done.',
  })
}

function readTask(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new MarrowError('USAGE', `Cannot read the task from ${plain(path)}: ${reasonOf(cause)}.`, {
      fix: 'Name a text file that this run may read, or - for stdin.',
      cause,
    })
  }
}

function msOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new MarrowError('USAGE', `Cannot read ${flag} ${JSON.stringify(text)}: it is no duration.`, {
    fix: 'Write it like 90s, 20m or 1h30m.',
  })
}

function say(sentence: string): void {
  process.stderr.write(`${withClockTimes(plain(sentence), Date.now())}\n`)
}
