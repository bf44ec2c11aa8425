/**
 * A server that does nothing but start the launcher when it is asked to: `bare-starter.ts LAUNCHER FOLDER SOCKET`. Prints a line
 * when it listens, and answers with when the process was there, in epoch ms.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const [launcher = '', base = '', socket = ''] = process.argv.slice(2)
let count = 0
const server = createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    count += 1
    const folder = join(base, String(count))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'prompt'), 'work')
    spawn(launcher, [folder, '65536', '/dev/null', 'true', 'work'], {
      detached: true,
      stdio: 'ignore',
    }).unref()
    response.setHeader('connection', 'close')
    response.end(JSON.stringify({ started_at: new Date().toISOString() }))
  })
})
server.listen(socket, () => process.stdout.write('listening\n'))
