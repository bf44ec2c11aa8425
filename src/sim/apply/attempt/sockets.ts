// Owns the attempts on listeners outside: it connects and says its target, so that the listener knows who came.
import { connect, type NetConnectOpts } from 'node:net'
import type { Try } from './try.ts'

type SocketTechnique = 'connect' | 'connect-abstract' | 'connect-tcp'

const CONNECT_MS_MAX = 1_000

export const trySocket: Readonly<Record<SocketTechnique, Try>> = {
  connect: (path) => visit({ path }, path),
  'connect-abstract': (name) => visit({ path: `\0${name}` }, name),
  'connect-tcp': (port) => visit({ host: '127.0.0.1', port: Number(port) }, port),
}

function visit(where: NetConnectOpts, target: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(where)
  socket.setTimeout(CONNECT_MS_MAX, () => {
    reject(new Error('nobody answered'))
    socket.destroy()
  })
  socket.once('connect', () => socket.end(`${target}\n`))
  // The other side ends the visit when it has read who came.
  socket.once('end', () => resolve('connected'))
  socket.once('error', reject)
  socket.resume()
  return promise
}
