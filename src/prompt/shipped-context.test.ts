import { execFile } from 'node:child_process'
import { mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { test as base } from '../../test/helpers/temp-dir.ts'

const shipped = join(import.meta.dirname, '..', '..', 'context.d')

const test = base.extend<{
  put: (path: string, text?: string) => Promise<string>
  print: (file: string, env?: Record<string, string>) => Promise<string>
}>({
  put: async ({ dir }, use) => {
    await use(async (path, text = '# Task') => {
      const full = join(dir, path)
      await mkdir(dirname(full), { recursive: true })
      await writeFile(full, text)
      return full
    })
  },
  print: async ({ dir }, use) => {
    await use(async (file, env = {}) => {
      const PATH = process.env['PATH'] ?? ''
      const all = { PATH, MARROW_WORKSPACE: dir, MARROW_AGENT: 'Team Lead', ...env }
      const { stdout, stderr } = await promisify(execFile)(join(shipped, file), { env: all, cwd: '/' })
      if (stderr !== '') throw new Error(stderr)
      return stdout
    })
  },
})

test('queue.sh is silent when nothing waits', async ({ put, print, expect }) => {
  expect(await print('queue.sh')).toBe('')
  await put('tasks/queue/.hidden.md')
  await put('tasks/queue/half.tmp')
  await put('tasks/queue/folder/x.md')
  await put('runtime/handoff/scout-to-team-lead/x.md') // Handoffs stand in the prompt themselves.
  await symlink('/etc/passwd', join(dirname(await put('tasks/queue/x~')), 'link.md'))
  expect(await print('queue.sh')).toBe('')
})

test.for(['tasks', 'tasks/queue'])(
  'nothing is listed through a link at %s, and nobody explores meanwhile',
  async (at, { dir, put, print, expect }) => {
    await put('outside/queue/a.md')
    await put('outside/a.md')
    await mkdir(dirname(join(dir, at)), { recursive: true })
    await symlink(join(dir, 'outside'), join(dir, at))
    expect(await print('queue.sh')).toBe('')
    for (const file of ['a.md', 'queue/a.md']) await rm(join(dir, 'outside', file))
    expect(await print('explore.sh')).toBe('') // Nobody knows what waits.
  },
)

test('queue.sh lists tasks by full path, oldest first', async ({ dir, put, print, expect }) => {
  const later = await put('tasks/queue/20261120-101504-a.md')
  const first = await put('tasks/queue/20261120-101503-b.md')
  expect((await print('queue.sh')).split('\n')).toEqual([
    `Queued tasks, oldest first. Move a file to ${dir}/tasks/done/ when its task is done.`,
    first,
    later,
    '',
    '',
  ])
})

test('queue.sh gives each file one line, whatever its name', async ({ dir, put, print, expect }) => {
  const names = ['-n', '$(touch x)', 'a\'b"c', 'a\nb', 'back\\slash', 'ü 漢', '*', '%s']
  for (const name of names) await put(join('tasks', 'queue', name))
  const lines = (await print('queue.sh')).trim().split('\n').slice(1)
  const expected = names.map((name) => join(dir, 'tasks', 'queue', name.replace('\n', '?')))
  expect(lines.toSorted()).toEqual(expected.toSorted())
})

test('queue.sh counts what it does not list', async ({ put, print, expect }) => {
  for (let number = 100; number < 305; number += 1) await put(`tasks/queue/${number}.md`)
  const lines = (await print('queue.sh')).trim().split('\n')
  expect(lines).toHaveLength(202)
  expect(lines.at(-1)).toBe('and 5 more')
})

test('queue.sh is the same bytes for the same facts', async ({ put, print, expect }) => {
  await put('tasks/queue/a.md')
  const before = await print('queue.sh')
  await put('tasks/queue/a.md', 'edited')
  expect(await print('queue.sh')).toBe(before)
})

test('queue.sh falls back to the home folder, and fails with a reason without one', async ({
  dir,
  put,
  print,
  expect,
}) => {
  const path = await put('tasks/queue/a.md')
  expect(await print('queue.sh', { MARROW_WORKSPACE: '', HOME: dir })).toContain(path)
  await expect(print('queue.sh', { MARROW_WORKSPACE: '' })).rejects.toThrow('HOME')
})

test('explore.sh has ideas only while no task is queued', async ({ put, print, expect }) => {
  const ideas = await print('explore.sh')
  expect(ideas).toMatch(/^No task is queued\./)
  const task = await put('tasks/queue/a b.md')
  expect(await print('explore.sh')).toBe('')
  await rm(task)
  await put('tasks/queue/half.tmp')
  expect(await print('explore.sh')).toBe(ideas)
})

test('the shipped context providers are executable, plain POSIX sh', async ({ dir, expect }) => {
  for (const file of ['queue.sh', 'explore.sh']) {
    const path = join(shipped, file)
    expect((await stat(path)).mode & 0o111).toBe(0o111)
    await promisify(execFile)('sh', ['-n', path], { cwd: dir })
  }
})
