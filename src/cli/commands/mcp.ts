import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { MarrowError } from '../../base/errors.ts'
import type { CommonOptions } from '../connection.ts'
import { linesOf } from '../lines.ts'
import { askAsRun, isInRun, openRunDoor } from '../run-door.ts'

const IN_FLIGHT_MAX = 8 // An agent CLI asks for a few tools at once; who sends more waits in its own pipe.
const ANSWER_MS_MAX = 70_000 // A tool may wait for another run.
const RETURN_MS_MAX = 5_000 // A daemon that was restarted is back after about one second.
const LOOK_EVERY_MS = 200

type Message = Readonly<Record<string, unknown>>

/**
 * `marrow mcp`: carries the messages of an agent CLI between stdin and the daemon, one line each, until stdin ends. It knows
 * nothing of the protocol but the shape of an error; only where no daemon answers is the server loaded here.
 */
export async function mcp(options: CommonOptions): Promise<number> {
  const daemon: Daemon = { options, isKnown: false }
  const inFlight = new Set<Promise<void>>()
  process.stdin.setEncoding('utf8')
  for await (const line of linesOf(process.stdin)) {
    const work = answerLine(line, daemon).finally(() => inFlight.delete(work))
    inFlight.add(work)
    if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
  return 0
}

interface Daemon {
  readonly options: CommonOptions
  /** It has answered since it was last waited for in vain. */
  isKnown: boolean
}

async function answerLine(line: string | undefined, daemon: Daemon): Promise<void> {
  const message = parse(line)
  const answer = typeof message === 'string' ? failure(message) : await answerTo(message, daemon)
  if (answer === undefined) return
  if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await once(process.stdout, 'drain')
}

async function answerTo(message: Message, daemon: Daemon): Promise<Message | undefined> {
  if (!('id' in message)) return undefined // A notification: nobody waits, and nobody keeps what it tells.
  try {
    return await askPatiently(message, daemon)
  } catch (error) {
    const { answerAlone } = await import('../../daemon/local/mcp.ts')
    return await answerAlone(message, error, isInRun() ? 'agent' : 'operator')
  }
}

/** Waits for the next daemon where one has just been there: what nobody took can be sent again. */
async function askPatiently(message: Message, daemon: Daemon): Promise<Message | undefined> {
  const attemptsMax = RETURN_MS_MAX / LOOK_EVERY_MS
  for (let attempt = 1; ; attempt += 1) {
    try {
      const settings = { timeoutMs: ANSWER_MS_MAX }
      const { answer } = await passOn(message, daemon.options, settings)
      daemon.isKnown = true
      return answer ?? undefined
    } catch (error) {
      const isNobody = error instanceof MarrowError && error.code === 'DAEMON_NOT_RUNNING'
      if (!isNobody || !daemon.isKnown) throw error
      if (attempt >= attemptsMax) {
        daemon.isKnown = false
        throw error
      }
      await sleep(LOOK_EVERY_MS)
    }
  }
}

/** From inside a run by the door of the runs, which needs no configuration to be found. */
async function passOn(
  message: Message,
  options: CommonOptions,
  settings: { readonly timeoutMs: number },
): Promise<{ readonly answer: Message | null }> {
  const params = { message: { ...message } }
  if (options.config === undefined && isInRun())
    return await askAsRun(openRunDoor('use the tools'), 'mcp', params, settings)
  // Each agent CLI has a process of this beside it: in a run it does not load what finds and reads a configuration.
  const { connect } = await import('../connection.ts')
  return await connect(options).ask('mcp', params, settings)
}

/** What stands in the line, or why it is no message. */
function parse(line: string | undefined): Message | string {
  if (line === undefined) return 'Parse error: the line is too long.'
  try {
    const value: unknown = JSON.parse(line)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : 'Invalid Request: each line is one JSON-RPC message.'
  } catch {
    return 'Parse error: the line is no JSON.'
  }
}

function failure(message: string): Message {
  const code = message.startsWith('Parse error') ? -32_700 : -32_600
  return { jsonrpc: '2.0', id: null, error: { code, message } }
}
