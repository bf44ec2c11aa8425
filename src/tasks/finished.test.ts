import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStore } from '../../test/helpers/store.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { listFinished } from './observe.ts'
import { forgetFinished, forgetReturned, markFinished } from './store.ts'

const inner = (dir: string) => ({ root: dir, path: join(dir, 'done') })
const since = (at: number) => ({ since: at, until: undefined })
const later = () => Date.now() + 60_000

test('a task that was moved among the finished ones is told with its title, whatever its own time says', async ({
  dir,
  expect,
}) => {
  mkdirSync(join(dir, 'done'))
  const startedAt = Date.now()
  writeFileSync(join(dir, 'a.md'), '# Mend the roof\n\nAll of it.\n')
  utimesSync(join(dir, 'a.md'), 1_000, 1_000)
  renameSync(join(dir, 'a.md'), join(dir, 'done', 'a.md'))
  writeFileSync(join(dir, 'done', '.hidden'), '')
  symlinkSync('/etc/passwd', join(dir, 'done', 'link.md'))
  expect(await listFinished(inner(dir), since(startedAt))).toEqual({
    names: new Set(['a.md']),
    tasks: [{ file: 'a.md', title: 'Mend the roof' }],
  })
})

test('what lay there before is not told', async ({ dir, expect }) => {
  mkdirSync(join(dir, 'done'))
  writeFileSync(join(dir, 'done', 'old.md'), '# Old')
  expect(await listFinished(inner(dir), since(later()))).toEqual({ names: undefined, tasks: [] })
})

test('what came after a run had ended is not told as its work', async ({ dir, expect }) => {
  mkdirSync(join(dir, 'done'))
  writeFileSync(join(dir, 'done', 'a.md'), '')
  const tasks = async (until: number) => (await listFinished(inner(dir), { since: 0, until })).tasks.length
  expect([await tasks(Date.now() - 60_000), await tasks(Date.now())]).toEqual([0, 1])
})

test('a workspace without finished tasks has none', async ({ dir, expect }) => {
  expect(await listFinished(inner(dir), since(0))).toEqual({ names: undefined, tasks: [] })
})

test('a link in place of the folder is refused', async ({ dir, expect }) => {
  symlinkSync('/etc', join(dir, 'done'))
  await expect(listFinished(inner(dir), since(0))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('of a thousand that were moved at once a hundred are told', async ({ dir, expect }) => {
  mkdirSync(join(dir, 'done'))
  for (let number = 0; number < 1_000; number += 1) writeFileSync(join(dir, 'done', `${number}.md`), '')
  const { names, tasks } = await listFinished(inner(dir), since(0))
  expect(names?.size).toBe(1_000)
  expect(tasks).toHaveLength(100)
})

test('each is told of once, until it has gone back to the queue', async ({ expect }) => {
  const db = memoryStore()
  await db.write((tx) => {
    expect([markFinished(tx, '/ws/done/a.md', 1), markFinished(tx, '/ws/done/a.md', 2)]).toEqual([
      true,
      false,
    ])
    markFinished(tx, '/ws/done-more/b.md', 2)
    forgetReturned(tx, '/ws/done', new Set(['a.md']))
    expect(markFinished(tx, '/ws/done/a.md', 3)).toBe(false)
    forgetReturned(tx, '/ws/done', new Set())
    expect(markFinished(tx, '/ws/done/a.md', 4)).toBe(true)
    expect(markFinished(tx, '/ws/done-more/b.md', 5)).toBe(false)
    forgetFinished(tx, 4)
    expect([markFinished(tx, '/ws/done/a.md', 6), markFinished(tx, '/ws/done-more/b.md', 6)]).toEqual([
      false,
      true,
    ])
  })
  db.close()
})
