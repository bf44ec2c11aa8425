import { lstatSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { startFakeDaemon } from '../../../test/helpers/fake-daemon.ts'
import { test as inDir } from '../../../test/helpers/temp-dir.ts'
import { ask } from '../client.ts'

const test = inDir.extend<{ socketPath: string }>({
  socketPath: async ({ dir }, use) => use(join(dir, 'm.sock')),
})

const health = (socketPath: string) => ask(socketPath, 'health', {}, { timeoutMs: 5_000 })

test('the socket may be opened by its owner alone, and nothing else is left beside it', async ({
  dir,
  socketPath,
  expect,
}) => {
  await using _ = await startFakeDaemon({ socketPath })
  expect(lstatSync(socketPath).mode & 0o777).toBe(0o600)
  expect(readdirSync(dir)).toEqual(['m.sock'])
})

test('the socket that a dead daemon left is no obstacle', async ({ dir, socketPath, expect }) => {
  const dead = createServer().listen(join(dir, 'old'))
  await once(dead, 'listening')
  renameSync(join(dir, 'old'), socketPath)
  dead.close()
  await once(dead, 'close')
  await using _ = await startFakeDaemon({ socketPath })
  expect(await health(socketPath)).toEqual({ status: 'ok' })
})

test('the socket is not made over a file that is something else', async ({ socketPath, expect }) => {
  writeFileSync(socketPath, 'precious')
  await expect(startFakeDaemon({ socketPath })).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
})

test('the socket needs a folder', async ({ dir, expect }) => {
  const socketPath = join(dir, 'none', 'm.sock')
  await expect(startFakeDaemon({ socketPath })).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
})

test('the socket with a path of over 100 bytes is refused, one of 100 works', async ({ dir, expect }) => {
  const pathOf = (bytes: number) => join(dir, 's'.repeat(bytes - dir.length - 1))
  await expect(startFakeDaemon({ socketPath: pathOf(101) })).rejects.toMatchObject({
    code: 'SOCKET_PATH_TOO_LONG',
  })
  await using _ = await startFakeDaemon({ socketPath: pathOf(100) })
  expect(await health(pathOf(100))).toEqual({ status: 'ok' })
})

test('the socket is known to be lost when another one took its place, and is then left alone', async ({
  socketPath,
  expect,
}) => {
  const first = await startFakeDaemon({ socketPath })
  expect(first.server.ownsSocket()).toBe(true)
  await using second = await startFakeDaemon({ socketPath })
  expect([first.server.ownsSocket(), second.server.ownsSocket()]).toEqual([false, true])
  await first.server.close()
  expect(await health(socketPath)).toEqual({ status: 'ok' })
})

test('the socket is gone after closing', async ({ dir, socketPath, expect }) => {
  const daemon = await startFakeDaemon({ socketPath })
  await daemon.server.close()
  expect(readdirSync(dir)).toEqual([])
})
