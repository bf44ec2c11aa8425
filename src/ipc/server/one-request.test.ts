/** Each connection carries one request, and one answer; what is odd about it is said in our own words. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startFakeDaemon } from '../../../test/helpers/fake-daemon.ts'
import { test as inDir } from '../../../test/helpers/temp-dir.ts'

const test = inDir.extend<{ socketPath: string }>({
  socketPath: async ({ dir }, use) => use(join(dir, 'm.sock')),
})

/** Everything that comes back for some bytes, up to the end of the connection. */
async function answersTo(socketPath: string, bytes: string): Promise<string> {
  const socket = connect(socketPath)
  socket.on('error', () => {})
  socket.write(bytes)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(socket, 'close')
  return text
}

const oneTask = 'POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{"title":"x"}'

test.for([
  ['a second request', `${oneTask}${oneTask}`],
  ['a second request of the old protocol', `${oneTask}${oneTask.replace('1.1', '1.0')}`],
  ['noise', `${oneTask}hello?`],
])('%s behind the first one is neither done nor answered', async ([, bytes = ''], { dir, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath: join(dir, 'm.sock') })
  const text = await answersTo(daemon.socketPath, bytes)
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(daemon.calls).toEqual([{ verb: 'addTask', params: { title: 'x' } }])
})

test('noise behind a request that was refused at once gets no second answer', async ({
  socketPath,
  expect,
}) => {
  await using _ = await startFakeDaemon({ socketPath })
  const text = await answersTo(
    socketPath,
    'GET /% HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n',
  )
  expect(text.match(/HTTP\/1\.1 400/g)).toHaveLength(1)
})

test('an expectation that nobody can meet is refused in words', async ({ socketPath, expect }) => {
  await using daemon = await startFakeDaemon({ socketPath })
  const text = await answersTo(socketPath, 'POST /stop HTTP/1.1\r\nHost: x\r\nExpect: cake\r\n\r\n')
  expect(text).toMatch(
    /^HTTP\/1\.1 400 [^]*{"error":"nobody here can meet: expect: cake","code":"BAD_REQUEST"}$/,
  )
  expect(daemon.calls).toEqual([])
})

test('a request need not name a host', async ({ socketPath, expect }) => {
  await using _ = await startFakeDaemon({ socketPath })
  expect(await answersTo(socketPath, 'GET /health HTTP/1.1\r\n\r\n')).toMatch(/{"status":"ok"}$/)
})
