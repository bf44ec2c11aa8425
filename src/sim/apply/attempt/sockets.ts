// Owns the attempts on listeners outside: it connects and says its target, so that the listener knows who came.
import { connect, type NetConnectOpts } from 'node:net'
import type { Try } from './try.ts'

type SocketTechnique = 'connect' | 'connect-abstract' | 'connect-tcp'

const CONNECT_MS_MAX = 1_000

export const trySocket: Readonly<Record<SocketTechnique, Try>> = {
  connect: (target) => visit({ path: placeIn(target) }, target),
  'connect-abstract': (target) => visit({ path: `\0${placeIn(target)}` }, target),
  'connect-tcp': (target) => visit({ host: '127.0.0.1', port: Number(placeIn(target)) }, target),
}

/** Behind the last # stands what only the visitor of this test can know. */
function placeIn(target: string): string {
  const end = target.lastIndexOf('#')
  return end === -1 ? target : target.slice(0, end)
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
