/**
 * Clients that ask one after the other, as many as are said at once, each on a connection of its own:
 * `clients.ts SOCKET CLIENTS REQUESTS METHOD PATH [BODY]`. `{n}` in BODY becomes the number of the request. Prints the ms that
 * each request took as a JSON list.
 */
import { connect } from 'node:net'

const [socket = '', clients = '1', requests = '1', method = 'GET', path = '/', body = ''] =
  process.argv.slice(2)
const head = `${method} ${path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n`
const times: number[] = []
let left = Number(requests)

async function client(): Promise<void> {
  for (;;) {
    left -= 1
    if (left < 0) return
    const startedAt = performance.now()
    await ask(requestWith(body.replaceAll('{n}', String(left))))
    times.push(performance.now() - startedAt)
  }
}

function requestWith(content: string): string {
  if (content === '') return `${head}\r\n`
  const length = Buffer.byteLength(content)
  return `${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${content}`
}

function ask(sent: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let start = ''
    const connection = connect(socket, () => connection.write(sent))
    connection.on('data', (chunk: Buffer) => {
      if (start === '') start = chunk.subarray(0, 12).toString()
    })
    connection.once('error', reject)
    connection.once('close', () =>
      start === 'HTTP/1.1 200' ? resolve() : reject(new Error(`The answer was: ${start}`)),
    )
  })
}

await Promise.all(Array.from({ length: Number(clients) }, client))
process.stdout.write(JSON.stringify(times))
