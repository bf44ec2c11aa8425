import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test as base } from '../../test/helpers/temp-dir.ts'
import { handoffDir } from './folders.ts'
import { handoffsFrom, handoffsTo, handoffsToPerson, HANDOFFS_MAX } from './observe.ts'

const inner = (dir: string) => ({ root: dir, path: handoffDir(dir) })

const scout = { name: 'Scout', slug: 'scout' }

const test = base.extend<{ put: (path: string, text?: string) => Promise<string> }>({
  put: async ({ dir }, use) => {
    await use(async (path, text = 'text') => {
      const full = join(handoffDir(dir), path)
      await mkdir(join(full, '..'), { recursive: true })
      await writeFile(full, text)
      return full
    })
  },
})

test('handoffs are found for their receiver and for their sender', async ({ dir, put, expect }) => {
  const toScout = [await put('human-to-Scout/b.md'), await put('lead-to-scout/a.md')]
  const fromScout = await put('scout-to-human/c.md')
  await put('lead-to-refit/d.md')
  expect((await handoffsTo(inner(dir), scout)).map(({ from, path }) => [from, path])).toEqual([
    ['human', toScout[0]],
    ['lead', toScout[1]],
  ])
  expect((await handoffsFrom(inner(dir), scout)).map(({ path }) => path)).toEqual([fromScout])
})

test('hidden, half-written and finished files, folders and links do not wait', async ({
  dir,
  put,
  expect,
}) => {
  const real = await put('lead-to-scout/real.md')
  await put('lead-to-scout/.hidden.md')
  await put('lead-to-scout/half.tmp')
  await put('lead-to-scout/done/old.md')
  await symlink('/etc/passwd', join(real, '..', 'link.md'))
  await symlink(join(real, '..'), join(handoffDir(dir), 'other-to-scout'))
  expect((await handoffsTo(inner(dir), scout)).map(({ path }) => path)).toEqual([real])
})

test('a handoff that is written again is a new one, even with the same words', async ({
  dir,
  put,
  expect,
}) => {
  const path = await put('lead-to-scout/a.md', 'run the tests')
  await utimes(path, 1, 1)
  const [first] = await handoffsTo(inner(dir), scout)
  await put('lead-to-scout/a.md', 'run the tests')
  const [second] = await handoffsTo(inner(dir), scout)
  expect(second).toMatchObject({ path })
  expect(second?.fingerprint).not.toBe(first?.fingerprint)
})

test('a workspace without handoffs has none', async ({ dir, expect }) => {
  expect(await handoffsTo(inner(dir), scout)).toEqual([])
})

test('of a folder that overflows the last ones by name are looked at', async ({ dir, put, expect }) => {
  const last = await put('lead-to-scout/99999.md')
  const more = Array.from({ length: HANDOFFS_MAX }, (_, index) => put(`lead-to-scout/${10_000 + index}.md`))
  await Promise.all(more)
  const found = await handoffsTo(inner(dir), scout)
  expect(found).toHaveLength(HANDOFFS_MAX)
  expect(found.at(-1)?.path).toBe(last)
  expect(found[0]?.path).toMatch(/10001\.md$/)
})

test('what lies there for a person is told with its first heading, oldest first, the rest is counted', async ({
  dir,
  put,
  expect,
}) => {
  const asked = await put('scout-to-human/b.md', 'Hello\n# Which colour?\n')
  await utimes(asked, 1, 1)
  const told = await put('lead-to-human/a.txt', 'no heading')
  await put('lead-to-scout/c.md', '# Not for a person')
  await put('scout-to-human/done/old.md', '# Done')
  await symlink('/etc/passwd', join(asked, '..', 'link.md'))
  expect(handoffsToPerson(inner(dir))).toEqual({
    left: [
      { from: 'scout', path: asked, title: 'Which colour?', modifiedAt: 1_000 },
      { from: 'lead', path: told, title: 'a', modifiedAt: expect.any(Number) },
    ],
    more: 0,
  })
  await Promise.all(Array.from({ length: 25 }, (_, index) => put(`scout-to-human/${index}.md`)))
  const { left, more } = handoffsToPerson(inner(dir))
  expect([left.length, more]).toEqual([20, 7])
  expect(left.map(({ path }) => path)).not.toContain(asked)
})

test('a link in place of the handoffs is refused, also when a person looks', async ({ dir, expect }) => {
  await mkdir(join(dir, 'runtime'))
  await symlink('/etc', handoffDir(dir))
  expect(() => handoffsToPerson(inner(dir))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})
