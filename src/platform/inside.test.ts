import { execFileSync } from 'node:child_process'
import { chownSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { holds, isLinux, isRoot, NOBODY, test } from '../../test/helpers/held-place.ts'
import { entryInside, listInside, makeInside, openInside } from './inside.ts'

describe.for(holds)('a folder that is held $how', ({ how, hold }) => {
  test.skipIf(!isLinux && how === 'by descriptors')(
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

  test.skipIf(!isRoot)(
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

test.skipIf(!isLinux)('no descriptor stays open', ({ place, expect }) => {
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
