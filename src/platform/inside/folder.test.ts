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
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { holds, isLinux, isRoot, NOBODY, test } from '../../../test/helpers/held-place.ts'
import { makeInside, openInside } from '../inside.ts'
import { holdByLooking } from './hold.ts'

describe.for(holds)('a folder that is held $how', ({ how, hold }) => {
  test.skipIf(!isLinux && how === 'by descriptors')(
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

  test.skipIf(!isLinux && how === 'by descriptors')(
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

  test.skipIf(!isRoot)('shows root no file of somebody else by a second name', ({ place, expect }) => {
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
