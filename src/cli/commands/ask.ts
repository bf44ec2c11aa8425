import { setTimeout as sleep } from 'node:timers/promises'
import { parseDuration } from '../../base/duration.ts'
import { MarrowError } from '../../base/errors.ts'
import { plain, plainLines } from '../../base/plain.ts'
import { withClockTimes } from '../../base/time.ts'
import type { WakeState } from '../../ipc/protocol/agents.ts'
import type { AskOutput } from '../../ipc/json-output.ts'
import { connect, type CommonOptions, type Connection } from '../connection.ts'
import { printJson } from '../output.ts'
import { patiently } from '../patience.ts'

/** Flags of `marrow ask`. */
export interface AskOptions extends CommonOptions {
  readonly agent: string
  readonly question: string
  /** A duration; undefined: as long as it takes. */
  readonly timeout?: string | undefined
  readonly json?: boolean
}

const LOOK_EVERY_MS = 500 // A run takes seconds at least.
const INTERRUPTED = 130 // What shells say of a command that Ctrl-C ended.

/** `marrow ask`: wakes an agent with a question and prints what its run answers. 1 when that run does not succeed, or not in time. */
export async function ask(options: AskOptions): Promise<number> {
  const timeoutMs = timeoutOf(options.timeout)
  if (options.question.trim() === '')
    throw new MarrowError('USAGE', 'Cannot ask: there are no words to ask with.', {
      fix: 'Write them behind the name: marrow ask scout "What changed today?"',
    })
  const connection = connect(options)
  const { id, agent, next } = await connection.ask('wake', { agent: options.agent, prompt: options.question })
  const leave = () => {
    say(`The wake stands: ${agent} gets it all the same. See what it says with: marrow logs ${agent} -f`)
    process.exit(INTERRUPTED)
  }
  process.once('SIGINT', leave)
  try {
    say(next)
    const state = await ending(connection, { id, next, timeoutMs })
    const shown: Shown = { agent, wake: id, json: options.json ?? false }
    if (state.state === 'ended') return await tell(connection, shown, state)
    say(`No answer within ${options.timeout}. The wake stands: see what becomes of it with: marrow status`)
    return answer(shown, { run: state.run, ok: false, again: true, outcome: state.why, words: null })
  } finally {
    process.off('SIGINT', leave)
  }
}

function timeoutOf(text: string | undefined): number {
  const ms = text === undefined ? Number.POSITIVE_INFINITY : parseDuration(text)
  if (ms !== undefined) return ms
  throw new MarrowError('USAGE', `Cannot read --timeout ${JSON.stringify(text)}: it is no duration.`, {
    fix: 'Write it like 90s, 10m or 1h30m.',
  })
}

/** Says what is waited for, once each time that it is something else. Throws NOT_FOUND for a wake that nobody knows. */
async function ending(
  connection: Connection,
  { id, next, timeoutMs }: { readonly id: number; readonly next: string; readonly timeoutMs: number },
): Promise<WakeState> {
  const begun = performance.now()
  let said = next
  for (;;) {
    const state = await patiently(() => connection.ask('wakeState', { id }))
    if (state.state === 'ended') return state
    if (state.state === 'gone')
      throw new MarrowError('NOT_FOUND', 'Cannot tell the answer: nothing is on record of the question.', {
        fix: 'See what the agent did with: marrow runs',
      })
    const phrase =
      state.run === null ? state.why : `${state.why} Read along with: marrow logs ${state.run} -f`
    if (phrase !== said) say(phrase)
    said = phrase
    const leftMs = timeoutMs - (performance.now() - begun)
    if (leftMs <= 0) return state
    await sleep(Math.min(LOOK_EVERY_MS, leftMs))
  }
}

interface Shown {
  readonly agent: string
  readonly wake: number
  readonly json: boolean
}

interface Answer {
  readonly run: string | null
  readonly ok: boolean
  readonly again: boolean
  readonly outcome: string
  readonly words: string | null
}

async function tell(
  connection: Connection,
  shown: Shown,
  { run, ok, again, why }: WakeState,
): Promise<number> {
  const words = run === null ? null : (await patiently(() => connection.ask('showRun', { id: run }))).result
  if (ok !== true) {
    say(`${shown.agent} did not answer: ${why}`)
    if (run !== null) say(`What it said and did: marrow logs ${run}`)
  } else if (words === null) say(`${shown.agent} worked on it and said nothing.`)
  return answer(shown, { run, ok: ok === true, again, outcome: why, words })
}

/** Of a run that failed the last words are no answer: only programs, which see that it failed, get them. */
function answer({ agent, wake, json }: Shown, { run, ok, again, outcome, words }: Answer): number {
  const output: AskOutput = { agent, wake, run, ok, again, outcome, answer: words }
  if (json) printJson(output)
  else if (ok && words !== null) process.stdout.write(`${plainLines(words).trimEnd()}\n`)
  return ok ? 0 : 1
}

function say(sentence: string): void {
  process.stderr.write(`${withClockTimes(plain(sentence), Date.now())}\n`)
}
