/**
 * Owns how marrow's own programs ask the daemon. Types come from the protocol table, nothing else does: the quick
 * commands load no schema. What the daemon answers is believed, for it is our own program behind the operator's door.
 */
import { isErrorCode, MarrowError, reasonOf } from '../base/errors.ts'
import { BODY_BYTES_MAX, checkSocketPath, configHeader } from './address.ts'
import { AnswerTooLong, exchange, type Outgoing } from './client/exchange.ts'
import type { EventMessage } from './protocol/events.ts'
import { routes, type Verb } from './routes.ts'
import type { RequestOf, ResultOf, VerbOf } from './protocol/table.ts'

/** How long to wait, and for whom to speak. */
export interface AskOptions {
  /** Ms from the call to the end of the answer. */
  readonly timeoutMs: number
  /** The real path of the configuration that is meant: a daemon with another one refuses. */
  readonly config?: string | undefined
  /** What a run shows at the agents' door. */
  readonly token?: string | undefined
  /** Ends the wait early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const TIMER_MS_MAX = 2 ** 31 - 1 // Node fires longer timers at once.

/** 500 agents' dry runs of 100 KB fit; an answer without end does not. */
const ANSWER_BYTES_MAX = 128 * 1_048_576

/**
 * Asks one verb that answers in JSON. Throws what the daemon answered as the MarrowError that it was, DAEMON_NOT_RUNNING when nobody
 * listens, DAEMON_SILENT when no whole answer came in time.
 */
export async function ask<V extends VerbOf<'json'>>(
  socketPath: string,
  verb: V,
  params: RequestOf<V>,
  options: AskOptions,
): Promise<ResultOf<V>> {
  checkSocketPath(socketPath)
  const request = outgoing(verb, params, options)
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), Math.min(options.timeoutMs, TIMER_MS_MAX))
  const signal = options.signal ? AbortSignal.any([deadline.signal, options.signal]) : deadline.signal
  try {
    const limits = { bytesMax: ANSWER_BYTES_MAX, signal }
    const { status, text } = await exchange(socketPath, request, limits)
    if (status >= 400) throw refusal(status, text)
    const result: ResultOf<V> = JSON.parse(text)
    return result
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason
    throw explain(error, socketPath, options, deadline.signal.aborted)
  } finally {
    clearTimeout(timer)
  }
}

/** How a stream is read. */
export interface FollowOptions {
  /** The real path of the configuration that is meant: a daemon with another one refuses. */
  readonly config?: string | undefined
  /** Ends the reading; it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Ms without a sign of life after which the daemon counts as silent. */
  readonly silenceMs?: number
}

const SILENCE_MS = 45_000 // Three beats of the daemon.

/**
 * Reads events as they happen, on one connection. Messages without `data` only say where to go on: whoever keeps the last
 * `id` and comes back with it as `after` neither misses nor repeats an event. Ends when the daemon ends the stream, and
 * throws as `ask` does.
 */
export async function* follow(
  socketPath: string,
  params: RequestOf<'events'>,
  { config, signal, silenceMs = SILENCE_MS }: FollowOptions = {},
): AsyncGenerator<EventMessage> {
  checkSocketPath(socketPath)
  // Loaded only now: the quick commands need no parser.
  const { readStream, Refused, Silent } = await import('./client/stream.ts')
  try {
    for await (const message of readStream(socketPath, outgoing('events', params, { config }), {
      silenceMs,
      signal,
    }))
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The daemon is our own: it is believed.
      yield message as EventMessage
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof Refused) throw refusal(error.answer.status, error.answer.text)
    throw explain(error, socketPath, { config, timeoutMs: silenceMs }, error instanceof Silent)
  }
}

function outgoing(
  verb: Verb,
  params: object,
  { config, token }: Pick<AskOptions, 'config' | 'token'>,
): Outgoing {
  const { method, path } = routes[verb]
  const headers = {
    ...(config === undefined ? {} : { [configHeader]: encodeURIComponent(config) }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  if (method === 'GET') return { method, target: `${path}${query(params)}`, headers, body: undefined }
  const body = JSON.stringify(params)
  // The daemon would refuse it too, but while we are still writing: its reason would be lost in the broken pipe.
  if (Buffer.byteLength(body) > BODY_BYTES_MAX) throw bodyTooLarge()
  return { method, target: path, headers, body }
}

function query(params: object): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return search === '' ? '' : `?${search}`
}

function refusal(status: number, text: string): MarrowError {
  const { error, code, fix }: { error?: string; code?: string; fix?: string } = JSON.parse(text)
  const known = code !== undefined && isErrorCode(code) ? code : 'INTERNAL'
  // So a daemon answers about a route that it has not: this program asks only for its own.
  if (status === 404 && error === 'not found') return olderDaemon()
  return new MarrowError(known, error ?? `the daemon answered with status ${status}`, { fix })
}

function olderDaemon(): MarrowError {
  return new MarrowError(
    'NOT_FOUND',
    'Cannot ask the daemon this: it does not know how, for it is an older marrow.',
    {
      fix: 'Have it taken over by the one that is installed, its runs go on: marrow restart',
    },
  )
}

function explain(error: unknown, socketPath: string, options: AskOptions, late: boolean): unknown {
  if (error instanceof MarrowError) return error
  if (error instanceof AnswerTooLong) return answerTooLarge()
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (late) {
    return new MarrowError(
      'DAEMON_SILENT',
      `Cannot ask the daemon: no answer within ${options.timeoutMs} ms.`,
      {
        fix: 'Look at its log; if it hangs, end it and start it again: its runs go on.',
        cause: error,
      },
    )
  }
  if (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ENOTDIR') {
    const start = options.config === undefined ? 'marrow run' : `marrow run -c ${options.config}`
    return new MarrowError('DAEMON_NOT_RUNNING', `Cannot ask the daemon: nobody answers on ${socketPath}.`, {
      fix: `Start it with: ${start}`,
      cause: error,
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new MarrowError('CANNOT_WRITE', `Cannot ask the daemon: ${socketPath} belongs to another user.`, {
      fix: 'Run this command as the user of the daemon.',
      cause: error,
    })
  }
  return new MarrowError(
    'DAEMON_SILENT',
    `Cannot ask the daemon: its answer broke off (${reasonOf(error)}).`,
    {
      fix: 'It may just have stopped; ask again, or look with: marrow status',
      cause: error,
    },
  )
}

function answerTooLarge(): MarrowError {
  return new MarrowError(
    'TOO_LARGE',
    `Cannot read the daemon's answer: it is over ${ANSWER_BYTES_MAX} bytes.`,
    {
      fix: 'Ask for less: name one agent, or a smaller number of rows.',
    },
  )
}

function bodyTooLarge(): MarrowError {
  return new MarrowError('TOO_LARGE', `Cannot ask the daemon: the request is over ${BODY_BYTES_MAX} bytes.`, {
    fix: 'Put long text into a file and name the file.',
  })
}
