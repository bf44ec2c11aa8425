import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { test } from '../../test/helpers/temp-dir.ts'
import { acquireLock } from './lock.ts'

const lockModule = fileURLToPath(new URL('lock.ts', import.meta.url))

/** Another process that takes the lock, says whether it got it, and stays. */
async function holder(path: string) {
  const script = `
    import { acquireLock } from ${JSON.stringify(lockModule)}
    const answer = acquireLock(${JSON.stringify(path)}) ? 'held' : 'refused'
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve, globalThis.gc()))
    process.stdout.write(answer)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [answer] = await once(child.stdout, 'data')
  return { child, answer: String(answer) }
}

test('a lock is held by one process, and a kill -9 of it frees it', async ({ dir, expect }) => {
  const path = join(dir, 'lock.db')
  const { child, answer } = await holder(path)
  expect(answer).toBe('held')
  expect(acquireLock(path)).toBe(undefined)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = acquireLock(path)
  expect(lock).toBeDefined()
  lock?.release()
})

test('a lock that this process holds is refused to others and to itself, and free once released', async ({
  dir,
  expect,
}) => {
  const path = join(dir, 'lock.db')
  const lock = acquireLock(path)
  expect(acquireLock(path)).toBe(undefined)
  const first = await holder(path)
  first.child.kill('SIGKILL')
  expect(first.answer).toBe('refused')
  lock?.release()
  lock?.release()
  const second = await holder(path)
  second.child.kill('SIGKILL')
  await once(second.child, 'exit')
  expect(second.answer).toBe('held')
})

test('a lock that cannot be made says why', ({ dir, expect }) => {
  expect(() => acquireLock(join(dir, 'gone', 'lock.db'))).toThrow(/^Cannot lock .*gone\/lock\.db: /)
})
