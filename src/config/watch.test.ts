import { appendFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { watchConfig } from './watch.ts'

const edits: Record<string, (path: string) => Promise<void>> = {
  'written in place': (path) => writeFile(path, 'a = 2'),
  'appended to': (path) => appendFile(path, '\nb = 1'),
  'written in pieces': async (path) => {
    await writeFile(path, '')
    await appendFile(path, 'a = ')
    await appendFile(path, '2')
  },
  'replaced by rename': async (path) => {
    await writeFile(`${path}.new`, 'a = 2')
    await rename(`${path}.new`, path)
  },
  'moved aside and written anew': async (path) => {
    await rename(path, `${path}~`)
    await writeFile(path, 'a = 2')
    await rm(`${path}~`)
  },
}

/** Watches `path` and remembers what was in it at each change. */
async function remembering(path: string) {
  const seen: string[] = []
  const remember = () => seen.push(readText(path))
  const watch = await watchConfig(path, remember, (error) => seen.push(String(error)))
  const until = (text: string) => eventually(text, () => (seen.at(-1) === text ? true : undefined))
  return { seen, until, [Symbol.asyncDispose]: watch.close }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'nothing'
  }
}

test.for(Object.keys(edits))(
  'a file that is %s is heard of once, with all its text',
  async (name, { dir, expect }) => {
    const path = join(dir, 'marrow.toml')
    await writeFile(path, 'a = 1')
    await using watch = await remembering(path)
    await edits[name]?.(path)
    const edited = readText(path)
    await watch.until(edited)
    // Then once more, for a watch can be lost with the file that it was set on.
    await edits[name]?.(path)
    await writeFile(path, 'a = 3')
    await watch.until('a = 3')
    expect(watch.seen).toEqual([edited, 'a = 3'])
  },
)

test('a file that goes away and comes back is heard of both times', async ({ dir, expect }) => {
  const path = join(dir, 'marrow.toml')
  await writeFile(path, 'a = 1')
  await using watch = await remembering(path)
  await rm(path)
  await watch.until('nothing')
  await writeFile(path, 'a = 2')
  await watch.until('a = 2')
  expect(watch.seen).toEqual(['nothing', 'a = 2'])
})

test('a link is followed, to its file and to another one', async ({ dir, expect }) => {
  const path = join(dir, 'marrow.toml')
  const [first, second] = [join(dir, 'first'), join(dir, 'second')]
  await writeFile(first, 'a = 1')
  await writeFile(second, 'a = 3')
  await symlink(first, path)
  await using watch = await remembering(path)
  await writeFile(first, 'a = 2')
  await watch.until('a = 2')
  await symlink(second, `${path}.new`)
  await rename(`${path}.new`, path)
  expect(await readlink(path)).toBe(second)
  await watch.until('a = 3')
})

test('opening a watch is no change', async ({ dir, expect }) => {
  const path = join(dir, 'marrow.toml')
  await writeFile(path, 'a = 1')
  await using watch = await remembering(path)
  await using other = await remembering(join(dir, 'other'))
  await writeFile(join(dir, 'other'), 'b = 1')
  await other.until('b = 1')
  expect(watch.seen).toEqual([])
})

test('nothing is heard after the watch is closed', async ({ dir, expect }) => {
  const path = join(dir, 'marrow.toml')
  await writeFile(path, 'a = 1')
  const closed = await remembering(path)
  await closed[Symbol.asyncDispose]()
  await using other = await remembering(path)
  await writeFile(path, 'a = 2')
  await other.until('a = 2')
  expect(closed.seen).toEqual([])
})
