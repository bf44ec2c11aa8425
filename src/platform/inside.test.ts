import { execFileSync } from 'node:child_process'
import {
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test as base } from '../../test/helpers/temp-dir.ts'
import { entryInside, listInside, makeInside, openInside } from './inside.ts'
import { holdByDescriptor, holdByLooking } from './inside/hold.ts'

interface Place {
  readonly root: string
  /** Where nothing of the root may lead to. */
  readonly outside: string
  readonly at: (...below: string[]) => { root: string; path: string }
}

const test = base.extend<{ place: Place }>({
  place: async ({ dir }, use) => {
    const [root, outside] = [join(dir, 'ws'), join(dir, 'outside')]
    mkdirSync(root)
    mkdirSync(outside)
    writeFileSync(join(outside, 'secret'), 'secret')
    await use({ root, outside, at: (...below) => ({ root, path: join(root, ...below) }) })
  },
})

const linux = process.platform === 'linux'
const root = linux && process.geteuid?.() === 0
const NOBODY = 65_534

describe.for([
  { how: 'by descriptors', hold: holdByDescriptor },
  { how: 'by looking', hold: holdByLooking },
])('a folder that is held $how', ({ how, hold }) => {
  test.skipIf(!linux && how === 'by descriptors')(
    'moves a file into a folder of it, never over another, and only the one that was looked at',
    ({ place, expect }) => {
      using folder = makeInside(place.at('handoff'), hold)
      const put = (name: string, text: string) => {
        folder.create([name], text, 0o644)
        return { name, number: folder.statsOf(name)?.ino ?? 0 }
      }
      const at = (...below: string[]) => join(place.root, 'handoff', ...below)
      expect(folder.moveInto('done', put('a.md', 'first'), ['a.md', 'b.md'])).toBe('a.md')
      expect(folder.moveInto('done', put('a.md', 'second'), ['a.md', 'b.md'])).toBe('b.md')
      expect(folder.moveInto('done', put('a.md', 'third'), ['a.md', 'b.md'])).toBeUndefined()
      expect(readFileSync(at('done', 'a.md'), 'utf8')).toBe('first')
      expect(readFileSync(at('done', 'b.md'), 'utf8')).toBe('second')
      expect(readFileSync(at('a.md'), 'utf8')).toBe('third')
      expect(folder.moveInto('done', { name: 'a.md', number: 1 }, ['c.md'])).toBeUndefined()
      symlinkSync(join(place.outside, 'secret'), at('link.md'))
      const link = { name: 'link.md', number: lstatSync(at('link.md')).ino }
      expect(folder.moveInto('done', link, ['c.md'])).toBeUndefined()
      expect(readdirSync(at('done'))).toEqual(['a.md', 'b.md'])
    },
  )

  test.skipIf(!linux && how === 'by descriptors')(
    'ends a move that was cut off, and follows no link to where it should go',
    ({ place, expect }) => {
      using folder = makeInside(place.at('handoff'), hold)
      const at = (...below: string[]) => join(place.root, 'handoff', ...below)
      folder.create(['a.md'], 'text', 0o644)
      mkdirSync(at('done'))
      linkSync(at('a.md'), at('done', 'a.md'))
      const file = { name: 'a.md', number: lstatSync(at('a.md')).ino }
      expect(folder.moveInto('done', file, ['a.md', 'b.md'])).toBe('a.md')
      expect([readdirSync(at()), readdirSync(at('done'))]).toEqual([['done'], ['a.md']])
      folder.create(['b.md'], 'text', 0o644)
      symlinkSync(place.outside, at('away'))
      const other = { name: 'b.md', number: lstatSync(at('b.md')).ino }
      expect(() => folder.moveInto('away', other, ['b.md'])).toThrow(/ENOTDIR|ELOOP/)
      expect(readdirSync(place.outside)).toEqual(['secret'])
    },
  )

  test.skipIf(!linux && how === 'by descriptors')(
    'is made with those above it, and opened',
    ({ place, expect }) => {
      using made = makeInside(place.at('tasks', 'queue'), hold)
      expect(made.create(['a.md'], 'text', 0o644)).toBe('a.md')
      using folder = openInside(place.at('tasks', 'queue'), hold)
      expect(folder?.path).toBe(join(place.root, 'tasks/queue'))
      expect(folder?.list()).toMatchObject([{ name: 'a.md', kind: 'file', bytes: 4 }])
      expect(folder?.read('a.md', 2)?.start.toString()).toBe('te')
      expect(folder?.names('file')).toEqual(['a.md'])
      expect(folder?.entry('b.md')).toBeUndefined()
      expect(folder?.statsOf('a.md')?.size).toBe(4)
      expect(openInside(place.at('tasks', 'none'), hold)).toBeUndefined()
    },
  )

  test.for(['tasks', 'tasks/queue'])('is not reached through a link at %s', (at, { place, expect }) => {
    mkdirSync(join(place.root, at, '..'), { recursive: true })
    symlinkSync(place.outside, join(place.root, at))
    const inner = place.at('tasks', 'queue')
    const reason = at === 'tasks' ? 'tasks is a symbolic link' : 'it is a symbolic link'
    const told = `tasks/queue in ${place.root}: ${reason}, and marrow follows none in a workspace.`
    const fix = `Take ${join(place.root, at)} away and make a folder in its place.`
    expect(() => openInside(inner, hold)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message: `Cannot read ${told}`, fix }),
    )
    expect(() => makeInside(inner, hold)).toThrow(
      expect.objectContaining({ code: 'CANNOT_WRITE', message: `Cannot write ${told}`, fix }),
    )
    expect(readdirSync(place.outside)).toEqual(['secret'])
  })

  test('is not reached through a link that stays inside, or that leads to nothing', ({ place, expect }) => {
    mkdirSync(join(place.root, 'real'))
    symlinkSync('real', join(place.root, 'tasks'))
    symlinkSync('nowhere', join(place.root, 'runtime'))
    for (const name of ['tasks', 'runtime']) {
      expect(() => openInside(place.at(name), hold)).toThrow('it is a symbolic link')
      expect(() => makeInside(place.at(name, 'below'), hold)).toThrow(`${name} is a symbolic link`)
    }
    expect(readdirSync(place.root)).toEqual(['real', 'runtime', 'tasks'])
  })

  test('is told from a file and a pipe in its way', ({ place, expect }) => {
    writeFileSync(join(place.root, 'file'), '')
    execFileSync('mkfifo', [join(place.root, 'pipe')])
    for (const name of ['file', 'pipe']) {
      expect(() => openInside(place.at(name), hold)).toThrow(
        `Cannot read ${name} in ${place.root}: it is not a folder.`,
      )
      expect(() => makeInside(place.at(name, 'x'), hold)).toThrow(`${name} is not a folder`)
    }
  })

  test('may have a root that is a link, and lies behind one', ({ place, dir, expect }) => {
    symlinkSync(place.root, join(dir, 'chosen'))
    const inner = { root: join(dir, 'chosen'), path: join(dir, 'chosen', 'a') }
    makeInside(inner, hold)[Symbol.dispose]()
    expect(statSync(join(place.root, 'a')).isDirectory()).toBe(true)
    expect(
      openInside({ root: join(dir, 'chosen'), path: join(dir, 'chosen') }, hold)?.names('folder'),
    ).toEqual(['a'])
  })

  test('gives nothing of links, pipes and folders in it', ({ place, expect }) => {
    symlinkSync(join(place.outside, 'secret'), join(place.root, 'link'))
    execFileSync('mkfifo', [join(place.root, 'pipe')])
    mkdirSync(join(place.root, 'folder'))
    using folder = openInside(place.at(), hold)
    const kinds = folder?.list().map(({ name, kind }) => [name, kind])
    expect(kinds).toEqual([
      ['folder', 'folder'],
      ['link', 'link'],
      ['pipe', 'other'],
    ])
    for (const name of ['link', 'pipe', 'folder', 'none']) expect(folder?.read(name, 10)).toBeUndefined()
    expect(folder?.names('file')).toEqual([])
    expect(folder?.target('link')).toBe(join(place.outside, 'secret'))
    expect(() => folder?.enter('link')).toThrow('ENOTDIR')
  })

  test('takes no name that leads elsewhere', ({ place, expect }) => {
    using folder = openInside(place.at(), hold)
    for (const name of ['..', '.', '', '../outside/secret', 'a/b', 'a\0b']) {
      expect(() => folder?.read(name, 10)).toThrow('not a plain file name')
    }
  })

  test('keeps what has a name: files are made beside it, links and files make way for a link', ({
    place,
    expect,
  }) => {
    symlinkSync(join(place.outside, 'new'), join(place.root, 'a'))
    writeFileSync(join(place.root, 'b'), 'kept')
    using folder = makeInside(place.at(), hold)
    expect(folder.create(['a', 'b', 'c'], 'mine', 0o644)).toBe('c')
    expect(folder.create(['a', 'b', 'c'], 'mine', 0o644)).toBeUndefined()
    expect(readFileSync(join(place.root, 'b'), 'utf8')).toBe('kept')
    folder.link('/to', 'a')
    folder.link('/to', 'b')
    expect([readlinkSync(join(place.root, 'a')), readlinkSync(join(place.root, 'b'))]).toEqual(['/to', '/to'])
    folder.remove('a')
    folder.remove('a')
    expect(readdirSync(place.root)).toEqual(['b', 'c']) // No draft is left.
    expect(readdirSync(place.outside)).toEqual(['secret'])
  })

  test('puts a file in place of a file or a link, never through it', ({ place, expect }) => {
    symlinkSync(join(place.outside, 'secret'), join(place.root, 'a'))
    writeFileSync(join(place.root, 'b'), 'old')
    using folder = makeInside(place.at(), hold)
    for (const name of ['a', 'b', 'c']) folder.replace(name, 'mine', 0o644)
    expect(readdirSync(place.root)).toEqual(['a', 'b', 'c']) // No draft is left.
    expect(['a', 'b', 'c'].map((name) => lstatSync(join(place.root, name)).isFile())).toEqual([
      true,
      true,
      true,
    ])
    expect(readFileSync(join(place.root, 'b'), 'utf8')).toBe('mine')
    expect(readFileSync(join(place.outside, 'secret'), 'utf8')).toBe('secret')
  })

  test('removes no folder', ({ place, expect }) => {
    mkdirSync(join(place.root, 'a'))
    writeFileSync(join(place.root, 'a', 'precious'), '')
    using folder = makeInside(place.at(), hold)
    expect(() => folder.remove('a')).toThrow(/^E/)
    expect(() => folder.link('/to', 'a')).toThrow(/^E/)
    expect(() => folder.replace('a', 'mine', 0o644)).toThrow(/^E/)
    expect(readdirSync(join(place.root, 'a'))).toEqual(['precious'])
  })

  test('whose path was given to a link is still the same folder, or an error', ({ place, expect }) => {
    using folder = makeInside(place.at('tasks', 'queue'), hold)
    renameSync(join(place.root, 'tasks'), join(place.root, 'moved'))
    mkdirSync(join(place.outside, 'queue'))
    writeFileSync(join(place.outside, 'queue', 'secret'), 'secret')
    symlinkSync(place.outside, join(place.root, 'tasks'))
    const attempts = [
      () => folder.create(['a'], '', 0o644),
      () => folder.read('secret', 10)?.start.toString(),
      () => folder.link('/to', 'secret'),
      () => folder.replace('secret', 'mine', 0o644),
      () => folder.remove('secret'),
      () => folder.list().filter(({ name }) => name === 'secret').length || undefined,
    ]
    for (const attempt of attempts) {
      if (hold === holdByLooking) expect(attempt).toThrow('another folder was put in its place')
      else expect(attempt()).not.toBe('secret')
    }
    expect(readFileSync(join(place.outside, 'queue', 'secret'), 'utf8')).toBe('secret')
    expect(readdirSync(join(place.outside, 'queue'))).toEqual(['secret'])
  })

  test.skipIf(!root)(
    'belongs to the owner of the root, as all that root makes there',
    ({ place, expect }) => {
      chownSync(place.root, NOBODY, NOBODY)
      mkdirSync(join(place.root, 'runtime'))
      using folder = makeInside(place.at('runtime', 'notes', 'scout'), hold)
      folder.create(['a'], '', 0o644)
      const owners = ['runtime', 'runtime/notes', 'runtime/notes/scout', 'runtime/notes/scout/a'].map(
        (path) => lstatSync(join(place.root, path)).uid,
      )
      expect(owners).toEqual([0, NOBODY, NOBODY, NOBODY])
    },
  )

  test.skipIf(!root)('shows root no file of somebody else by a second name', ({ place, expect }) => {
    chownSync(place.root, NOBODY, NOBODY)
    linkSync(join(place.outside, 'secret'), join(place.root, 'secret'))
    writeFileSync(join(place.root, 'own'), 'own')
    chownSync(join(place.root, 'own'), NOBODY, NOBODY)
    linkSync(join(place.root, 'own'), join(place.root, 'copy'))
    using folder = openInside(place.at(), hold)
    expect(() => folder?.read('secret', 10)).toThrow('a hard link to a file of somebody else')
    expect(folder?.read('copy', 10)?.start.toString()).toBe('own')
  })
})

test('errors name no path of /proc', ({ place, expect }) => {
  using folder = makeInside(place.at())
  mkdirSync(join(place.root, 'a'))
  expect(() => folder.remove('a')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('/proc') }),
  )
  expect(() => makeInside({ root: '/nowhere/at/all', path: '/nowhere/at/all/below' })).toThrow(
    'Cannot write below in /nowhere/at/all: ENOENT: no such file or directory.',
  )
})

test('what stands at a path, and in a folder, is told in one call', ({ place, expect }) => {
  writeFileSync(join(place.root, 'a'), 'text')
  symlinkSync(place.outside, join(place.root, 'link'))
  expect(entryInside(place.at('a'))).toMatchObject({ name: 'a', kind: 'file' })
  expect(entryInside(place.at('link'))).toMatchObject({ kind: 'link' })
  expect(entryInside(place.at('none', 'below'))).toBeUndefined()
  expect(() => entryInside(place.at('link', 'secret'))).toThrow('link in')
  expect(listInside(place.at()).map(({ name }) => name)).toEqual(['a', 'link'])
  expect(listInside(place.at('none'))).toEqual([])
})

test.skipIf(!linux)('no descriptor stays open', ({ place, expect }) => {
  makeInside(place.at('a', 'b'))[Symbol.dispose]()
  symlinkSync(place.outside, join(place.root, 'link'))
  const before = descriptors()
  for (let count = 0; count < 50; count += 1) {
    listInside(place.at('a', 'b'))
    listInside(place.at('none', 'b'))
    expect(() => listInside(place.at('link', 'b'))).toThrow('symbolic')
    expect(() => makeInside(place.at('link', 'b'))).toThrow('symbolic')
    entryInside(place.at('a', 'b'))
  }
  expect(descriptors()).toBe(before)
})

function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}
