import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from '../../test/helpers/temp-dir.ts'
import { addTask } from './apply.ts'
import { listTasks } from './observe.ts'

/** A queue in an agent's folder `dir`. */
const inner = (dir: string, ...below: string[]) => ({ root: dir, path: join(dir, ...below) })

const at = Date.UTC(2026, 10, 20, 10, 15, 3)
test('a task that is added is listed with its title', async ({ dir, expect }) => {
  const queue = inner(dir, 'tasks', 'queue')
  const added = await addTask(queue, { title: 'Fix the build', body: 'It is red.' }, at)
  expect(added).toEqual({ file: '20261120-101503-Fix-the-build.md', path: join(queue.path, added.file) })
  expect(await readFile(added.path, 'utf8')).toBe('# Fix the build\n\nIt is red.\n')
  const [task] = await listTasks(queue)
  expect(task).toMatchObject({ file: added.file, title: 'Fix the build' })
  expect(Math.abs((task?.created ?? 0) - Date.now() / 1_000)).toBeLessThan(60)
})

test('50 adds of one title at once give 50 whole files and nothing else', async ({ dir, expect }) => {
  const adds = Array.from({ length: 50 }, (_, index) =>
    addTask(inner(dir), { title: 'Same', body: `body ${index}` }, at),
  )
  const added = await Promise.all(adds)
  expect(new Set(added.map(({ file }) => file)).size).toBe(50)
  expect((await readdir(dir)).toSorted()).toEqual(added.map(({ file }) => file).toSorted())
  const contents = await Promise.all(added.map(({ path }) => readFile(path, 'utf8')))
  expect(contents).toEqual(added.map((_, index) => `# Same\n\nbody ${index}\n`))
})

test('processes that add the same title at once never overwrite each other', async ({ dir, expect }) => {
  const program = `import { addTask } from ${JSON.stringify(join(import.meta.dirname, 'apply.ts'))}
    for (let n = 0; n < 20; n += 1) await addTask({ root: process.argv[1], path: process.argv[1] }, { title: 'Same' }, ${at})`
  const run = promisify(execFile)
  await Promise.all([1, 2, 3].map(() => run(process.execPath, ['--input-type=module', '-e', program, dir])))
  expect(await listTasks(inner(dir))).toHaveLength(60)
})

test('whoever looks while large tasks are added sees only whole ones', async ({ dir, expect }) => {
  const program = `import { addTask } from ${JSON.stringify(join(import.meta.dirname, 'apply.ts'))}
    const body = 'x'.repeat(1_000_000)
    for (let n = 0; n < 10; n += 1) await addTask({ root: process.argv[1], path: process.argv[1] }, { title: 'Large', body }, ${at})`
  const adding = execFile(process.execPath, ['--input-type=module', '-e', program, dir])
  const looks: number[] = []
  while (adding.exitCode === null || looks.length === 0) {
    for (const file of await readdir(dir)) {
      if (!file.startsWith('.')) looks.push((await readFile(join(dir, file))).length)
    }
  }
  expect(adding.exitCode).toBe(0)
  expect(new Set(looks)).toEqual(new Set([1_000_010]))
})

test('a title without text is refused', async ({ dir, expect }) => {
  await expect(addTask(inner(dir), { title: ' \n' }, at)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: 'title is required',
  })
})

test('a queue that cannot be written says so and how to mend it', async ({ dir, expect }) => {
  await writeFile(join(dir, 'file'), '')
  await expect(addTask(inner(dir, 'file', 'queue'), { title: 'x' }, at)).rejects.toMatchObject({
    code: 'CANNOT_WRITE',
    fix: expect.any(String),
  })
})

test('a missing queue is an empty one', async ({ dir, expect }) => {
  expect(await listTasks(inner(dir, 'none'))).toEqual([])
})

test('hidden and temporary files, folders, links and pipes are not tasks', async ({ dir, expect }) => {
  await writeFile(join(dir, 'real.md'), 'no heading')
  await writeFile(join(dir, '.hidden.md'), '# Hidden')
  await writeFile(join(dir, 'half.md.tmp'), '# Half')
  await mkdir(join(dir, 'folder.md'))
  await symlink('/etc/passwd', join(dir, 'outside.md'))
  await promisify(execFile)('mkfifo', [join(dir, 'pipe.md')])
  expect((await listTasks(inner(dir))).map(({ file, title }) => [file, title])).toEqual([['real.md', 'real']])
})

test('a fingerprint changes with the content, also far behind its start, and not with a touch', async ({
  dir,
  expect,
}) => {
  const path = join(dir, 'a.md')
  const fingerprint = async (content: string) => {
    await writeFile(path, content)
    return (await listTasks(inner(dir)))[0]?.fingerprint
  }
  const long = 'x'.repeat(100_000)
  const first = await fingerprint(long)
  await utimes(path, 1, 1)
  expect((await listTasks(inner(dir)))[0]?.fingerprint).toBe(first)
  expect(await fingerprint(`${long}y`)).not.toBe(first)
  expect(await fingerprint(`y${long.slice(1)}`)).not.toBe(first)
})

test('more tasks than may be open at once are all listed, sorted', async ({ dir, expect }) => {
  const files = Array.from({ length: 100 }, (_, index) => `${String(index).padStart(3, '0')}.md`)
  await Promise.all(files.map((file) => writeFile(join(dir, file), `# Task ${file}`)))
  expect((await listTasks(inner(dir))).map(({ file }) => file)).toEqual(files)
})
