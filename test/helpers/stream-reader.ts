/** Owns a reader of a stream who sees its very bytes, and takes them only when the test wants it to. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One open request for a stream. */
export interface StreamReader {
  readonly socket: Socket
  /** Everything that came so far, the head of the answer included. */
  text(): string
  /** Only the ids of what is an event, in order. */
  ids(): number[]
  /** Whether the daemon ended it, well or not. */
  isOver(): boolean
  readonly over: Promise<void>
}

/** Asks for `target`. One that does not `read` takes nothing from its connection: as a client that hangs. */
export async function openStream(
  socketPath: string,
  target: string,
  { headers = {}, read = true }: { headers?: Record<string, string>; read?: boolean } = {},
): Promise<StreamReader> {
  const socket = connect(socketPath)
  let text = ''
  let over = false
  socket.on('error', () => {})
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      over = true
      resolve()
    })
  })
  await once(socket, 'connect')
  if (read) socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  return {
    socket,
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)\nevent: /gm)].map(([, id]) => Number(id)),
    isOver: () => over,
    over: ended,
  }
}
