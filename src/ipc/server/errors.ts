/** Owns the one shape of an error on the socket: `{ error, code, fix? }`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MarrowError } from '../../base/errors.ts'

/** Answers a request that failed. Only what is meant for the client reaches it; the rest goes to `onError`. */
export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  onError: (error: unknown, what: string) => void,
  bodyBytesMax: number,
): FastifyReply {
  const known = asMarrowError(error, bodyBytesMax)
  if (known === undefined || known.code === 'INTERNAL') {
    onError(error, `${request.method} ${request.routeOptions.url ?? 'unknown route'}`)
    return reply.code(500).send({ error: 'internal server error', code: 'INTERNAL' })
  }
  const fix = known.fix === undefined ? {} : { fix: known.fix }
  return reply.code(known.httpStatus).send({ error: known.message, code: known.code, ...fix })
}

/** Answers bytes that are no HTTP, or only a part of it when their time was up. The connection ends with it. */
export function answerUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const [status, sentence] = unparsable(error.code)
  const body = JSON.stringify({ error: sentence, code: 'BAD_REQUEST' })
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`
  // Not only ended: a client that says nothing more would keep its place among the connections for ever.
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy())
}

/** Answers a request that expects more than `100-continue` of us: Node's own answer to it says nothing. */
export function answerExpectation({ headers }: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify({
    error: `nobody here can meet: expect: ${headers.expect}`,
    code: 'BAD_REQUEST',
  })
  response.writeHead(400, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  response.end(body)
}

function unparsable(code: string | undefined): [status: string, sentence: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['408 Request Timeout', 'the request did not arrive in time']
  if (code === 'HPE_HEADER_OVERFLOW')
    return ['431 Request Header Fields Too Large', 'the headers are too large']
  return ['400 Bad Request', 'the request is not HTTP']
}

/** The web framework's own refusals carry a status below 500. */
function asMarrowError(error: unknown, bodyBytesMax: number): MarrowError | undefined {
  if (error instanceof MarrowError) return error
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return undefined
  if (error.statusCode === 413)
    return new MarrowError('TOO_LARGE', `the body is larger than ${bodyBytesMax} bytes`, {
      fix: 'Put long text into a file and name the file.',
    })
  return error.statusCode < 500 ? new MarrowError('BAD_REQUEST', error.message) : undefined
}
