import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { MarrowError } from '../base/errors.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import {
  createExclusive,
  entryOf,
  isFolder,
  listFolder,
  makePrivateFolder,
  readIfExists,
  remove,
  writeAtomic,
} from './files.ts'

test('a missing file is no text, an unreadable one an error', ({ dir, expect }) => {
  expect(readIfExists(join(dir, 'gone'))).toBe(undefined)
  writeFileSync(join(dir, 'file'), 'ä')
  expect(readIfExists(join(dir, 'file'))).toBe('ä')
  expect(readIfExists(join(dir, 'file', 'below'))).toBe(undefined)
  expect(() => readIfExists(dir)).toThrow('EISDIR')
})

test('writing replaces a file, with the mode asked for, and leaves no draft', ({ dir, expect }) => {
  writeAtomic(join(dir, 'file'), 'one', 0o600)
  writeAtomic(join(dir, 'file'), 'two', 0o600)
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('two')
  expect(statSync(join(dir, 'file')).mode & 0o777).toBe(0o600)
  expect(readdirSync(dir)).toEqual(['file'])
})

test('what cannot be written says which file and what to do', ({ dir, expect }) => {
  writeFileSync(join(dir, 'file'), '')
  const path = join(dir, 'file', 'below')
  for (const write of [
    () => writeAtomic(path, ''),
    () => createExclusive(path, ''),
    () => makePrivateFolder(path),
  ]) {
    expect(write).toThrow(MarrowError)
    expect(write).toThrow(`Cannot write ${path}: `)
  }
})

describe('createExclusive', () => {
  test('gives a name once, and the file is complete', ({ dir, expect }) => {
    const path = join(dir, 'task.md')
    expect([createExclusive(path, 'first'), createExclusive(path, 'second')]).toEqual([true, false])
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(readdirSync(dir)).toEqual(['task.md'])
  })

  test('does not follow a link that was put there', ({ dir, expect }) => {
    symlinkSync(join(dir, 'target'), join(dir, 'task.md'))
    expect(createExclusive(join(dir, 'task.md'), 'text')).toBe(false)
    expect(existsSync(join(dir, 'target'))).toBe(false)
  })
})

test('a folder is listed by name; links are themselves', ({ dir, expect }) => {
  mkdirSync(join(dir, 'b'))
  writeFileSync(join(dir, 'c'), '123', { mode: 0o755 })
  symlinkSync('nowhere', join(dir, 'a'))
  expect(listFolder(dir).map(({ name, kind, executable }) => [name, kind, executable])).toEqual([
    ['a', 'link', true],
    ['b', 'folder', true],
    ['c', 'file', true],
  ])
  expect(entryOf(join(dir, 'c'))).toMatchObject({ name: 'c', bytes: 3 })
  expect([listFolder(join(dir, 'gone')), entryOf(join(dir, 'gone'))]).toEqual([[], undefined])
  expect([isFolder(join(dir, 'b')), isFolder(join(dir, 'c')), isFolder(join(dir, 'gone'))]).toEqual([
    true,
    false,
    false,
  ])
})

test('removing takes a folder with all in it, a link without its target, and nothing twice', ({
  dir,
  expect,
}) => {
  mkdirSync(join(dir, 'folder', 'below'), { recursive: true })
  writeFileSync(join(dir, 'kept'), '')
  symlinkSync(join(dir, 'kept'), join(dir, 'folder', 'link'))
  remove(join(dir, 'folder'))
  remove(join(dir, 'folder'))
  expect(readdirSync(dir)).toEqual(['kept'])
})
