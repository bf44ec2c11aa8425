// Posts one text to an address. What comes back is only whether it was taken: an answer's body is not read, and nobody is
// followed to another address, so that neither a text nor a password gets to somebody whom the operator did not name.
import { formatDuration } from '../base/duration.ts'
import { codeOf } from './files.ts'

/** What is posted, and how long an answer is waited for. */
export interface PostRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** The status of the answer, or why there is none. The reason holds nothing of the address. */
export type PostResult =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly reason: string }

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the name of its machine is not known',
  EAI_AGAIN: 'the name of its machine cannot be looked up now',
  ENETUNREACH: 'the network is not reachable',
  EHOSTUNREACH: 'its machine is not reachable',
  ETIMEDOUT: 'its machine does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'its machine does not answer',
}

/** Posts it. Never rejects: that it did not work is data. */
export async function post({ url, headers, body, deadlineMs, signal }: PostRequest): Promise<PostResult> {
  const deadline = AbortSignal.timeout(deadlineMs)
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, deadline]),
    })
    await answer.body?.cancel()
    return { kind: 'answered', status: answer.status }
  } catch (error) {
    if (deadline.aborted) return { kind: 'failed', reason: `no answer within ${formatDuration(deadlineMs)}` }
    return { kind: 'failed', reason: signal.aborted ? 'it was interrupted' : reasonFor(causeOf(error)) }
  }
}

function reasonFor(cause: unknown): string {
  const code = codeOf(cause)
  if (typeof code !== 'string') return 'the request failed'
  return reasons[code] ?? `the request failed (${code})`
}

/** fetch hides the system's own word in the cause, of several addresses in the first of them. */
function causeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof AggregateError ? cause.errors[0] : cause
}
