/** What an agent plants in its own folders so that marrow reads or writes elsewhere for it. Nothing of it may work. */
import { spawn } from 'node:child_process'
import { linkSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { handoffDir } from '../../src/handoffs/folders.ts'
import { handoffsTo } from '../../src/handoffs/observe.ts'
import { linkLogs, logsFolder, removeRun } from '../../src/runner/apply/logs.ts'
import { addTask } from '../../src/tasks/apply.ts'
import { ownQueue } from '../../src/tasks/folders.ts'
import { listTasks } from '../../src/tasks/observe.ts'
import { eventually } from '../helpers/eventually.ts'
import { sh, test as base } from '../helpers/daemon.ts'

/** A folder outside of the workspace that looks like everything in it at once. */
const test = base.extend<{ outside: string }>({
  outside: async ({ dir }, use) => {
    const outside = join(dir, 'outside')
    for (const folder of [
      'queue',
      'handoff/x-to-scout',
      'x-to-scout',
      'logs/exec',
      'exec',
      'notes/scout',
      'scout',
    ]) {
      await mkdir(join(outside, folder), { recursive: true })
      await writeFile(join(outside, folder, 'secret.md'), '# The secret')
    }
    await writeFile(join(outside, 'secret.md'), '# The secret')
    const before = await everything(outside)
    await use(outside)
    // Whatever a test is about: nothing came, nothing went, nothing changed.
    if (JSON.stringify(await everything(outside)) !== JSON.stringify(before))
      throw new Error(`Something outside was touched: ${JSON.stringify(await everything(outside))}`)
  },
})

async function everything(folder: string): Promise<unknown[]> {
  const names = (await readdir(folder, { recursive: true })).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs, ino } = await stat(join(folder, name))
      return [name, size, mtimeMs, ino]
    }),
  )
}

async function plant(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path)
}

const wakeful = { wake_on: '["tasks", "handoff"]', agent_command: sh('true'), gate: '"changed"' }
const none = 'marrow follows none in a workspace'

describe('a link in place of', () => {
  test.for(['tasks', 'tasks/queue', 'runtime/handoff'])(
    '%s wakes nobody, is said in the prompt and in the journal, and keeps no run from starting',
    async (at, { home, outside, expect }) => {
      await plant(outside, join(home.workspace, at))
      await home.write({ scout: wakeful })
      const daemon = await home.start()
      await daemon.ended(1)
      const [view] = (await daemon.handlers.dryRun({ agents: ['scout'] })).agents
      expect(view?.prompt).toContain(none)
      expect(view?.prompt).not.toContain('secret.md')
      expect(await daemon.events('wake.received')).toEqual([])
      expect(await daemon.events('step.failed')).toEqual([])
      expect([...daemon.core.life.unreadable.values()]).toEqual([expect.stringContaining(none)])
      expect(await daemon.events('provider.failed')).toMatchObject([
        { data: { reason: expect.stringContaining(`${none}. Fix: Take ${join(home.workspace, at)} away`) } },
      ])
    },
  )

  test('the queue takes no task and lists none, with the place and what to do', async ({
    home,
    outside,
    expect,
  }) => {
    await plant(outside, join(home.workspace, 'tasks/queue'))
    await home.write({ scout: wakeful })
    const daemon = await home.start()
    const told = `tasks/queue in ${home.workspace}: it is a symbolic link, and ${none}.`
    const fix = `Take ${join(home.workspace, 'tasks/queue')} away and make a folder in its place.`
    await expect(daemon.handlers.addTask({ title: 'x' })).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      message: `Cannot write ${told}`,
      fix,
    })
    await expect(daemon.handlers.tasks({})).rejects.toMatchObject({ message: `Cannot read ${told}`, fix })
    expect(await daemon.handlers.metrics({})).toContain('marrow_tasks_queued 0')
  })

  test.for(['runtime', 'runtime/notes', 'runtime/notes/scout'])(
    '%s is a tick that fails and says why',
    async (at, { home, outside, expect }) => {
      await plant(outside, join(home.workspace, at))
      await home.write({ scout: wakeful })
      const daemon = await home.start()
      const [failed] = await eventually('the failed tick', async () => {
        const events = await daemon.events('tick.failed')
        return events.length > 0 ? events : undefined
      })
      expect(failed?.data).toMatchObject({ reason: expect.stringContaining(none) })
      await expect(daemon.handlers.dryRun({ agents: ['scout'] })).rejects.toThrow(none)
    },
  )

  test.for(['runtime/logs', 'runtime/logs/exec'])(
    '%s costs only the links that people read',
    async (at, { home, outside, expect }) => {
      await plant(outside, join(home.workspace, at))
      await home.write({ scout: wakeful })
      const daemon = await home.start()
      expect((await daemon.ended(1))[0]?.ok).toBe(true)
    },
  )

  test('context.d, or a file in it, is executed by nobody', async ({ home, dir, outside, expect }) => {
    await writeFile(join(dir, 'planted.sh'), `#!/bin/sh\ntouch ${outside}/executed\n`, { mode: 0o755 })
    await plant(join(dir, 'planted.sh'), join(home.workspace, 'context.d/planted.sh'))
    await home.write({ scout: { ...wakeful, context_dirs: `['${home.workspace}/context.d']` } })
    const daemon = await home.start()
    await daemon.ended(1)
    expect(await daemon.events('provider.failed')).toMatchObject([{ data: { provider: 'planted' } }])
  })

  test('the folder of a socket in a workspace opens no door', async ({ home, outside, expect }) => {
    await plant(outside, join(home.workspace, 'runtime'))
    await home.write({ scout: wakeful }, `[ipc]\nsocket_path = '${home.workspace}/runtime/s'`)
    await expect(home.start({ ipc: true })).rejects.toThrow(
      `runtime in ${home.workspace}: it is a symbolic link`,
    )
  })

  test('a work_dir in the workspace starts no run there', async ({ home, outside, expect }) => {
    await plant(outside, join(home.workspace, 'repo'))
    await home.write({
      scout: {
        ...wakeful,
        work_dir: `'${join(home.workspace, 'repo')}'`,
        agent_command: sh('touch executed'),
      },
    })
    const daemon = await home.start()
    const [failed] = await eventually('the failed tick', async () => {
      const events = await daemon.events('tick.failed')
      return events.length > 0 ? events : undefined
    })
    expect(failed?.data).toMatchObject({ reason: expect.stringContaining('repo in') })
  })
})

test('what is in the queue as a link, a pipe or a folder is no task', async ({ home, outside, expect }) => {
  const queue = join(home.workspace, 'tasks/queue')
  await plant(join(outside, 'secret.md'), join(queue, 'a.md'))
  await mkdir(join(queue, 'b.md'))
  await promisedFifo(join(queue, 'c.md'))
  await writeFile(join(queue, 'd.md'), '# Real')
  await home.write({ scout: wakeful })
  const daemon = await home.start()
  await daemon.ended(1)
  expect((await daemon.handlers.tasks({})).tasks).toMatchObject([{ file: 'd.md', title: 'Real' }])
  expect(await daemon.events('wake.received')).toHaveLength(1)
})

test('a queue that becomes a link and a folder again loses no task', async ({ home, dir, outside }) => {
  const queue = join(home.workspace, 'tasks/queue')
  await mkdir(queue, { recursive: true })
  await writeFile(join(queue, 'a.md'), '# Real')
  const waiting = sh(
    `[ -e ${dir}/go ] && exit 0; rm -rf "$MARROW_WORKSPACE/away"; mv "$MARROW_WORKSPACE/tasks/queue" "$MARROW_WORKSPACE/away"; ln -s ${outside} "$MARROW_WORKSPACE/tasks/queue"`,
  )
  await home.write({ scout: { ...wakeful, agent_command: waiting } })
  const daemon = await home.start()
  await daemon.ended(1)
  await eventually('the link', () => readlink(queue).catch(() => undefined))
  await writeFile(join(dir, 'go'), '')
  await rm(queue)
  await mkdir(queue)
  await writeFile(join(queue, 'b.md'), '# Another')
  daemon.core.waker.wake()
  await eventually('the wake', async () => {
    const reasons = (await daemon.events('wake.received')).map(({ data }) => data['reason'])
    return reasons.includes(`new task ${queue}/b.md`) ? true : undefined
  })
})

test.skipIf(process.platform !== 'linux')(
  'no watch is kept on what a link leads to',
  async ({ home, outside, expect }) => {
    await plant(outside, join(home.workspace, 'tasks/queue'))
    await plant(join(outside, 'x-to-scout'), join(home.workspace, 'runtime/handoff/x-to-scout'))
    await mkdir(join(home.workspace, 'runtime/handoff/y-to-scout'))
    await home.write({ scout: wakeful })
    const daemon = await home.start()
    await daemon.ended(1)
    const real = await inode(join(home.workspace, 'runtime/handoff/y-to-scout'))
    await eventually('the watch', () => (watched().includes(real) ? true : undefined))
    expect(watched()).not.toContain(await inode(outside))
    expect(watched()).not.toContain(await inode(join(outside, 'x-to-scout')))
  },
)

async function inode(path: string): Promise<string> {
  return (await stat(path)).ino.toString(16)
}

/** The folders that this process watches, by inode. */
function watched(): string[] {
  return readdirSync('/proc/self/fdinfo').flatMap((fd) => {
    const text = readOrNothing(`/proc/self/fdinfo/${fd}`)
    return [...text.matchAll(/^inotify .*\bino:([0-9a-f]+)/gm)].map(([, ino = '']) => ino)
  })
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // Closed meanwhile.
  }
}

async function promisedFifo(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  spawn('mkfifo', [path]).on('exit', () => resolve())
  await promise
}

const ROUNDS = 2_000

/** Swaps a folder and a link to `outside` as fast as it can, until it is ended. */
const swapper = `
  const { renameSync, symlinkSync } = require('node:fs')
  const [path, outside] = process.argv.slice(1)
  const attempt = (from, to) => { try { renameSync(from, to); return true } catch { return false } }
  symlinkSync(outside, path + '.link')
  for (let round = 0; ; round += 1) {
    if (!attempt(path, path + '.real')) attempt(path, path + '.made-' + round) // By marrow, meanwhile.
    attempt(path + '.link', path)
    attempt(path, path + '.link')
    attempt(path + '.real', path)
    if (round === 100) process.stdout.write('up')
  }`

test.skipIf(process.platform !== 'linux').for(['tasks/queue', 'runtime'])(
  'a folder %s that is swapped for a link all the time leads nowhere in 2,000 rounds',
  async (at, { dir, outside, expect }) => {
    const root = join(dir, 'ws')
    const inner = (path: string) => ({ root, path })
    const [queue, handoffs, logs] = [inner(ownQueue(root)), inner(handoffDir(root)), inner(logsFolder(root))]
    for (const { path } of [queue, logs]) await mkdir(path, { recursive: true })
    await mkdir(join(handoffs.path, 'x-to-scout'), { recursive: true })
    const child = spawn(process.execPath, ['-e', swapper, join(root, at), outside], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const found = new Set<string>()
    const count = { done: 0, refused: 0 }
    const attempt = async (work: () => unknown) => {
      try {
        await work()
        count.done += 1
      } catch {
        count.refused += 1
      }
    }
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve))
      for (let round = 0; round < ROUNDS; round += 1) {
        await attempt(async () => {
          const { path } = await addTask(queue, { title: 'Mine' }, round * 1_000)
          await rm(path) // A queue that grows would only make this slow.
        })
        await attempt(async () => {
          for (const { title } of await listTasks(queue)) found.add(title)
        })
        await attempt(async () => {
          for (const { path } of await handoffsTo(handoffs, { name: 'scout', slug: 'scout' })) found.add(path)
        })
        await attempt(() => {
          if (linkLogs(logs, 'secret.md', dir).kind === 'refused') throw new Error('refused')
        })
        await attempt(() => removeRun(logs, 'secret.md', join(dir, 'no-run')))
      }
    } finally {
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('close', resolve))
    }
    expect([...found].filter((one) => one !== 'Mine')).toEqual([])
    // Otherwise the two never met, and this says nothing.
    expect(count.done).toBeGreaterThan(ROUNDS / 10)
    expect(count.refused).toBeGreaterThan(10)
  },
)

test('a second name of a file outside is left where it is', async ({ dir, outside, expect }) => {
  const logs = { root: join(dir, 'ws'), path: logsFolder(join(dir, 'ws')) }
  await mkdir(logs.path, { recursive: true })
  linkSync(join(outside, 'secret.md'), join(logs.path, 'r-1.stdout.log'))
  expect(linkLogs(logs, 'r-1', join(dir, 'run'))).toEqual({ kind: 'linked' })
  expect(await readlink(join(logs.path, 'r-1.stdout.log'))).toBe(join(dir, 'run/stdout'))
  expect(await readFile(join(outside, 'secret.md'), 'utf8')).toBe('# The secret')
})
