/** Owns the bare wire to the operator's door: bytes out, bytes in, and what a daemon holds open meanwhile. */
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** What a client sends, and when it says that nothing more will come: never, behind the last byte, or when no answer came for a while. */
export interface Sending {
  readonly bytes: Buffer
  readonly ends: 'never' | 'at once' | 'late'
}

/** What came back until the daemon closed the connection, or the head of an answer that goes on. */
export interface Received {
  readonly text: string
  /** Whether the daemon closed within the deadline. */
  readonly closed: boolean
}

const LATE_MS = 250

/** Sends the bytes on a connection of their own and reads to its end; of a stream only the beginning. */
export function send(socketPath: string, { bytes, ends }: Sending, deadlineMs = 15_000): Promise<Received> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath, allowHalfOpen: true })
    const chunks: Buffer[] = []
    const finish = (closed: boolean) => {
      clearTimeout(deadline)
      clearTimeout(late)
      socket.destroy()
      resolve({ text: Buffer.concat(chunks).toString(), closed })
    }
    const deadline = setTimeout(() => finish(false), deadlineMs)
    const late = setTimeout(() => ends === 'late' && socket.end(), LATE_MS)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (chunks.length < 3 && /^content-type: text\/event-stream/m.test(chunk.toString())) finish(true)
    })
    // A daemon that refuses the rest of a long body closes while we still write: what it said before counts.
    socket.on('error', () => {})
    socket.once('end', () => finish(true))
    socket.once('close', () => finish(true))
    if (ends === 'at once') socket.end(bytes)
    else socket.write(bytes)
  })
}

/** The status, the headers in lower case and the body of a whole answer; undefined when it is none. */
export function parseAnswer(
  text: string,
): { readonly status: number; readonly head: string; readonly body: string } | undefined {
  const whole = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  const end = whole.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(whole)?.[1]
  if (status === undefined || end < 0) return undefined
  return { status: Number(status), head: whole.slice(0, end).toLowerCase(), body: whole.slice(end + 4) }
}

/** How many descriptors a process holds. */
export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** What a process holds in memory, in MB. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kb) / 1_024
}

/** Median, p95 and worst of some times. */
export function spread(times: readonly number[]): { median: number; p95: number; worst: number } {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  return { median: at(0.5), p95: at(0.95), worst: at(1) }
}
