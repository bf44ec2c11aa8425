/** Owns clients that hang: each holds a connection in a way of its own and never says what it wants to the end. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setInterval as every } from 'node:timers/promises'
import { startProgram, type Started } from '../../helpers/programs.ts'

/** One that hangs, and how many ms after its beginning the daemon ended it. */
export interface Hanging {
  readonly kind: SlowKind
  readonly socket: Socket
  readonly endedAfterMs: Promise<number>
}

const head = 'POST /tasks HTTP/1.1\r\nhost: marrow\r\n'

/** What each sends at first. `{big}` is a target whose answer does not fit into the buffers of a socket. */
const openings = {
  'says nothing': '',
  'says half a line': 'GET /sta',
  'drips its headers': 'GET /status HTTP/1.1\r\nhost: marrow\r\nx-slow: ',
  'never sends its body': `${head}content-length: 100\r\n\r\n`,
  'drips its body': `${head}content-length: 100000\r\n\r\n`,
  'does not read': 'GET {big} HTTP/1.1\r\nhost: marrow\r\n\r\n',
} as const

export type SlowKind = keyof typeof openings

/** All kinds, by whether the time for headers or that for a whole exchange ends them. */
export const slowKinds: Readonly<Record<SlowKind, 'headers' | 'request'>> = {
  'says nothing': 'headers',
  'says half a line': 'headers',
  'drips its headers': 'headers',
  'never sends its body': 'request',
  'drips its body': 'request',
  'does not read': 'request',
}

/** Opens one; it goes on dripping until the daemon or the test ends it. */
export async function hang(
  socketPath: string,
  kind: SlowKind,
  { big, dripMs }: { readonly big: string; readonly dripMs: number },
): Promise<Hanging> {
  const socket = connect({ path: socketPath, allowHalfOpen: true })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const from = performance.now()
  const ended = Promise.withResolvers<number>()
  const over = new AbortController()
  socket.once('close', () => {
    ended.resolve(performance.now() - from)
    over.abort()
  })
  socket.write(openings[kind].replace('{big}', big))
  // Only by reading is an end noticed; one that does not read hears of it when it writes.
  if (kind !== 'does not read') socket.on('end', () => socket.destroy()).resume()
  if (kind.startsWith('drips')) void drip(socket, dripMs, over.signal)
  return { kind, socket, endedAfterMs: ended.promise }
}

async function drip(socket: Socket, ms: number, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of every(ms, undefined, { signal })) socket.write('x')
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** A process with connections that all hang, of every kind that needs no reader; it says `up` when it has them. */
export async function hangingProcess(socketPath: string, count: number): Promise<Started> {
  const sent = [openings['says nothing'], openings['says half a line'], openings['never sends its body']]
  const script = `
    const { connect } = require('node:net')
    const sent = ${JSON.stringify(sent)}
    let up = 0
    for (let index = 0; index < ${count}; index += 1) {
      const socket = connect(process.argv[1], () => {
        socket.write(sent[index % sent.length])
        if (++up === ${count}) console.log('up')
      })
    }`
  return startProgram(process.execPath, ['-e', script, socketPath])
}
