/**
 * Owns one request and its answer on the socket. Not node:http: loading that takes longer than everything else in
 * `marrow status`, and our own server answers in two ways only: a length and the body, or a stream up to the end of the
 * connection.
 */
import { connect, type Socket } from 'node:net'

/** What is asked. `body` makes it a POST's. */
export interface Outgoing {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** The status and the text of a whole answer. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends the request and reads to the end. Rejects when the answer is cut, too long, or no HTTP; the socket is closed. */
export async function exchange(
  socketPath: string,
  request: Outgoing,
  limits: { readonly bytesMax: number; readonly signal: AbortSignal },
): Promise<Answer> {
  limits.signal.throwIfAborted()
  const socket = connect(socketPath)
  const abort = () => socket.destroy(new Error('aborted'))
  limits.signal.addEventListener('abort', abort, { once: true })
  try {
    socket.write(bytesOf(request))
    return parseAnswer(await readAll(socket, limits.bytesMax))
  } finally {
    limits.signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

/** Reads the bytes of a whole answer. Throws when they are no HTTP or cut off. */
export function parseAnswer(bytes: Buffer): Answer {
  const head = parseHead(bytes)
  if (head === undefined) throw new Error('it is not HTTP')
  const { status, length, body } = head
  if (length === undefined || body.length !== length) throw new Error('its end is missing')
  return { status, text: body.toString() }
}

/** The head of an answer, and what there is of its body; undefined while its end is missing, or when it is no HTTP. */
export function parseHead(
  bytes: Buffer,
): { readonly status: number; readonly length: number | undefined; readonly body: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  const [first = '', ...lines] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]
  if (status === undefined) return undefined
  const length = lines.find((line) => line.toLowerCase().startsWith('content-length:'))
  return {
    status: Number(status),
    length: length === undefined ? undefined : Number(length.slice('content-length:'.length)),
    body: bytes.subarray(end + 4),
  }
}

/** The answer was longer than the caller would take. */
export class AnswerTooLong extends Error {}

/** The bytes of a request. */
export function bytesOf({ method, target, headers, body }: Outgoing): string {
  const lines = Object.entries({ host: 'marrow', connection: 'close', ...headers })
  if (body !== undefined) {
    lines.push(['content-type', 'application/json'], ['content-length', String(Buffer.byteLength(body))])
  }
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${method} ${target} HTTP/1.1\r\n${head}\r\n${body ?? ''}`
}

async function readAll(socket: Socket, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of socket) {
    const part: Buffer = chunk
    chunks.push(part)
    bytes += part.length
    if (bytes > bytesMax) throw new AnswerTooLong()
  }
  return Buffer.concat(chunks)
}
