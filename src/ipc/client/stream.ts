/** Owns reading server-sent events from the socket, as they come and no faster than the caller takes them. */
import { connect, type Socket } from 'node:net'
import { createParser } from 'eventsource-parser'
import type { StreamMessage } from '../protocol/entry.ts'
import { bytesOf, parseAnswer, parseHead, type Answer, type Outgoing } from './exchange.ts'

/** What ends the reading besides the daemon. */
export interface ReadingLimits {
  /** Ms without a single byte. */
  readonly silenceMs: number
  readonly signal: AbortSignal | undefined
}

/** The daemon answered with something else than a stream: why it refused. */
export class Refused extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`refused with status ${answer.status}`)
    this.answer = answer
  }
}

/** Nothing came for too long. */
export class Silent extends Error {}

const HEAD_BYTES_MAX = 65_536
const MESSAGE_CHARS_MAX = 16 * 1_048_576 // Many times the longest row; an event without end is none.

/**
 * The messages of one connection, ids without data among them; ends when the daemon ends it. Throws Refused, Silent, and
 * what the socket says. The socket is closed when the caller stops reading.
 */
export async function* readStream(
  socketPath: string,
  request: Outgoing,
  { silenceMs, signal }: ReadingLimits,
): AsyncGenerator<StreamMessage> {
  signal?.throwIfAborted()
  const socket = connect(socketPath)
  const abort = () => socket.destroy(new Error('aborted'))
  signal?.addEventListener('abort', abort, { once: true })
  socket.setTimeout(silenceMs, () => socket.destroy(new Silent(`no sign of life within ${silenceMs} ms`)))
  try {
    socket.write(bytesOf(request))
    const { take, feed } = gathering()
    for await (const text of bodyOf(socket)) {
      feed(text)
      yield* take()
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    socket.destroy()
  }
}

/** The text behind the head. */
async function* bodyOf(socket: Socket): AsyncGenerator<string> {
  const letters = new TextDecoder()
  let before: Buffer | undefined = Buffer.alloc(0)
  let isStream = false
  for await (const part of socket) {
    const chunk: Buffer = part
    if (isStream) {
      yield letters.decode(chunk, { stream: true })
      continue
    }
    before = Buffer.concat([before, chunk])
    const head = parseHead(before)
    isStream = head?.status === 200
    if (isStream && head) yield letters.decode(head.body, { stream: true })
    if (before.length > HEAD_BYTES_MAX && !isStream) break
  }
  if (!isStream) throw new Refused(parseAnswer(before))
}

/** Collects what the parser finds. It tells of an id by itself first, then of the event that has it. */
function gathering(): { feed: (text: string) => void; take: () => StreamMessage[] } {
  let found: StreamMessage[] = []
  const parser = createParser({
    maxBufferSize: MESSAGE_CHARS_MAX,
    onId: (id) => found.push({ id: Number(id) }),
    onEvent: ({ id, event, data }) => {
      if (id !== undefined) found.pop()
      found.push({ id: id === undefined ? undefined : Number(id), event, data: JSON.parse(data) })
    },
  })
  return {
    feed: (text) => parser.feed(text),
    take: () => {
      const taken = found
      found = []
      return taken
    },
  }
}
