/** Owns a small HTTP server for tests that keeps what it is sent and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it came. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers a request, or does not. */
export type Answering = (response: ServerResponse, request: Received) => void

export interface WebServer extends AsyncDisposable {
  readonly url: string
  readonly received: readonly Received[]
  /** How requests are answered from now on; at first each is taken. */
  answer(answering: Answering): void
}

/** Answers every request with this status. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answering {
  return (response) => response.writeHead(code, headers).end()
}

export async function startWebServer(): Promise<WebServer> {
  const received: Received[] = []
  let answering = status(200)
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { path: request.url ?? '', headers: request.headers, body }
      received.push(one)
      answering(response, one)
    })
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- So it is for every server that listens on a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (next) => {
      answering = next
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
